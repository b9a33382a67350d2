// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import java.io.IOException;
import java.util.Set;

/** A node has answered with an error. The connection is as good as before, unless it ends now. */
public final class NodeErrorException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The codes of errors that may be others a moment later. */
  private static final Set<String> PASSING =
      Set.of("ASK", "CLUSTERDOWN", "LOADING", "MOVED", "MOVELOST", "TRYAGAIN", "UNKNOWN");

  private final String error;

  /** Of a node that has said an error. */
  NodeErrorException(String node, String error) {
    super("node " + node + " answers: " + error);
    this.error = error;
  }

  /** What it has answered: of Redis' form, a code and a sentence. */
  public String error() {
    return error;
  }

  /** Whether to begin anew may help. */
  boolean isPassing() {
    int blank = error.indexOf(' ');
    return PASSING.contains(blank < 0 ? error : error.substring(0, blank));
  }
}
