// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.transport.Endpoint;
import io.wisp.transport.cluster.NodeErrorException;
import io.wisp.transport.cluster.NodeWire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One request to a node, on a connection of its own. */
final class NodeCall {

  private static final Duration ANSWER_TIME = Duration.ofSeconds(5);

  private NodeCall() {}

  /**
   * What a node answers: a line or a text.
   *
   * @param password to present first; null is none
   * @throws RefusedException if it answers with an error
   * @throws IOException if it cannot be reached, or does not answer
   */
  static String ask(Endpoint node, @Nullable String password, String... words)
      throws IOException, RefusedException {
    try (NodeWire wire = new NodeWire(node.toString(), node, password, ANSWER_TIME)) {
      return wire.text((Object[]) words);
    } catch (NodeErrorException e) {
      throw new RefusedException(e.error());
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer for " + ANSWER_TIME.toSeconds() + " s", e);
    }
  }
}
