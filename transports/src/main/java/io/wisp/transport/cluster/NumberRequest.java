// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import io.wisp.transport.MovedException;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A request that is answered by a number. */
final class NumberRequest implements NodeRequest {

  private final ToLongFunction<Client> question;
  private long number;

  /** Of the node that was the last to refuse it. */
  private @Nullable String said;

  /**
   * Asks nobody yet.
   *
   * @param unasked the number if nobody has to be asked
   */
  NumberRequest(ToLongFunction<Client> question, long unasked) {
    this.question = question;
    number = unasked;
  }

  @Override
  public Status ask(Client client, Slice key, Slice value, ValueSink sink) {
    try {
      number = question.applyAsLong(client);
      return Status.DONE;
    } catch (MovedException e) {
      said = e.getMessage();
      return e.status();
    }
  }

  long number() {
    return number;
  }

  /**
   * Why nobody has answered it.
   *
   * @param status with which the last node refused it, or that of a slot without a node
   */
  MovedException refusal(Status status, int slot) {
    String who = "the nodes disagree which of them has";
    if (status == Status.SLOT_NOT_SERVED) {
      who = said == null ? "no node has" : "no node now serves";
    }
    String why = said == null ? "" : ": " + said;
    return new MovedException("of the cluster, " + who + " slot " + slot + why, status);
  }
}
