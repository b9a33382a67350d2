// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Frames of the binary protocol, one behind another, each behind its length in two bytes. What is
 * answered with an error has changed nothing.
 */
class RequestFrameFuzzTest extends FuzzTest {

  private static final int MAX_REPLY_LENGTH = 64 << 10;

  /** Time stands still, so that nothing expires by itself. */
  private static final long NOW = 1_000_000;

  @Override
  protected void check(byte[] input) {
    MemorySegment bytes = MemorySegment.ofArray(input);
    Reply read = new Reply();
    try (HeapStore store = new HeapStore(Long.MAX_VALUE, () -> NOW);
        FrameBuffer reply = new FrameBuffer()) {
      RequestExecutor executor = new RequestExecutor(store, "secret", () -> "name:value");
      Session session = new Session();
      int at = 0;
      while (at + 2 <= input.length) {
        int claimed = Byte.toUnsignedInt(input[at]) << 8 | Byte.toUnsignedInt(input[at + 1]);
        int length = Math.min(claimed, input.length - at - 2);
        Map<String, String> before = contents(store);
        Status status = executor.execute(session, bytes, at + 2, length, reply);
        if (status.isError() || status == Status.CONFLICT) {
          assertThat(contents(store)).isEqualTo(before);
        }
        byte[] answer = reply.toByteArray();
        assertThat(read.wrap(MemorySegment.ofArray(answer), 0, answer.length))
            .as(read.fault())
            .isTrue();
        assertThat(read.status()).isEqualTo(status);
        assertThat(answer).hasSizeLessThan(MAX_REPLY_LENGTH);
        // The same bytes are no worse as a reply.
        read.wrap(bytes, at + 2, length);
        at += 2 + length;
      }
    }
  }

  private static Map<String, String> contents(HeapStore store) {
    Map<String, String> contents = new HashMap<>();
    store.scan(
        0,
        Integer.MAX_VALUE,
        (segment, offset, length) -> {
          byte[] key = new Slice().set(segment, offset, length).toByteArray();
          contents.put(Arrays.toString(key), Arrays.toString(store.get(key)));
        });
    return contents;
  }
}
