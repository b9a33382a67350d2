// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What a server sends: each element is read as soon as all its bytes are there, and no sooner. */
class ReplyFuzzTest extends FuzzTest {

  @Override
  protected void check(byte[] input) {
    BufferBudget budget = BufferBudget.ofOne(1L << 20);
    ReplyReader reader = new ReplyReader();
    try (NativeBuffer whole = buffer(input, input.length, budget)) {
      int at = 0;
      while (at < input.length && reader.read(whole, at)) {
        int next = reader.next();
        assertThat(next).isBetween(at + 1, input.length);
        assertThat(reader.offset()).isBetween(at, next);
        assertThat(reader.length()).isBetween(0, next - reader.offset());
        reader.text();
        try (NativeBuffer exact = buffer(input, next, budget);
            NativeBuffer tooShort = buffer(input, next - 1, budget)) {
          assertThat(new ReplyReader().read(exact, at)).isTrue();
          ReplyReader waiting = new ReplyReader();
          assertThat(at < next - 1 && waiting.read(tooShort, at)).isFalse();
        }
        at = next;
      }
      if (at < input.length) {
        assertThat(reader.needed()).isGreaterThan(input.length);
      }
    } catch (MalformedReplyException e) {
      assertThat(e).message().isNotBlank();
    }
  }

  private static NativeBuffer buffer(byte[] bytes, int length, BufferBudget budget) {
    NativeBuffer buffer = new NativeBuffer(1_024, Arena::ofConfined, budget);
    buffer.append(MemorySegment.ofArray(bytes), 0, length);
    return buffer;
  }
}
