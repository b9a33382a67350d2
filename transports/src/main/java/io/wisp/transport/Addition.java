// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.codec.Operation;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * {@link Client#add} by a server that can replace a record only while it has a known version: reads
 * the number, writes the sum, and begins again if somebody wrote in between.
 */
final class Addition {

  /** What -9223372036854775808 has. */
  private static final int MOST_CHARACTERS = 20;

  private final FrameClient client;
  private final Slice key;
  private final long amount;

  Addition(FrameClient client, Slice key, long amount) {
    this.client = client;
    this.key = key;
    this.amount = amount;
  }

  /** Adds while no request is outstanding, and until a deadline. */
  Status run(long deadline, LongConsumer sum) {
    try {
      Status written;
      do {
        client.beginWaiting(deadline);
        written = attempt(sum);
      } while (written == Status.CONFLICT || written == Status.ABSENT);
      return written;
    } catch (ArithmeticException | NumberFormatException e) {
      return Status.CONFLICT;
    }
  }

  /** Conflict or absent if the record is not the one any more that was read. */
  private Status attempt(LongConsumer sum) {
    Status found = client.ask(Operation.GET, key, FrameClient.NONE, 0);
    if (found.isError()) {
      return found;
    }
    boolean isThere = found == Status.FOUND;
    long version = client.reply.argument();
    long number = Math.addExact(isThere ? number(client.reply.bytes()) : 0, amount);
    Slice text = Slice.of(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    Status written =
        isThere
            ? client.ask(Operation.PUT_IF_VERSION, key, text, version)
            : client.ask(Operation.PUT_IF_ABSENT, key, text, 0);
    if (written == Status.CREATED || written == Status.REPLACED) {
      sum.accept(number);
    }
    return written;
  }

  private static long number(Slice value) {
    if (value.length() > MOST_CHARACTERS) {
      throw new NumberFormatException();
    }
    String text = new String(value.toByteArray(), StandardCharsets.ISO_8859_1);
    long number = Long.parseLong(text);
    if (!Long.toString(number).equals(text)) {
      throw new NumberFormatException();
    }
    return number;
  }
}
