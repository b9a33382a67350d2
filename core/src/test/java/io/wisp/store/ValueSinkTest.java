// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValueSinkTest {

  private static final MemorySegment BYTES = MemorySegment.ofArray("value".getBytes(UTF_8));

  private final ValueBuffer buffer = new ValueBuffer();

  @AfterEach
  void close() {
    buffer.close();
  }

  private void assertThatItHandsOutNothing() {
    assertThat(buffer.isFound()).isFalse();
    assertThatThrownBy(buffer::toByteArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::valueLength).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::version).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::expiresAt).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> buffer.pointAt(new Slice())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldHandOutNothingBeforeTheFirstGet() {
    assertThatItHandsOutNothing();
  }

  @Test
  void shouldHandOutNothingThatWasCopiedButNotFound() {
    buffer.begin();
    buffer.copy(BYTES, 0, 5);
    assertThatItHandsOutNothing();
  }

  @Test
  void shouldHandOutWhatWasCopiedLastOnceItIsFound() {
    buffer.begin();
    buffer.copy(BYTES, 0, 5);
    buffer.copy(BYTES, 1, 3);
    buffer.found(7, 8);
    assertThat(buffer.toByteArray()).asString().isEqualTo("alu");
    assertThat(buffer.pointAt(new Slice())).hasToString("alu");
    assertThat(buffer.version()).isEqualTo(7);
    assertThat(buffer.expiresAt()).isEqualTo(8);
  }

  @Test
  void shouldHandOutNothingOfAnEarlierGetOnceTheNextHasBegun() {
    buffer.take(BYTES, 0, 5, 1, Store.NEVER);
    buffer.begin();
    assertThatItHandsOutNothing();
  }

  @Test
  void shouldHandOutNothingAfterAGetThatFindsNone() {
    try (Store store = new HeapStore()) {
      store.put(Slice.of("k"), Slice.of("v"));
      assertThat(store.get(Slice.of("k"), buffer)).isEqualTo(Status.FOUND);
      assertThat(store.get(Slice.of("none"), buffer)).isEqualTo(Status.ABSENT);
      assertThatItHandsOutNothing();
    }
  }

  private static final class PartSink extends ValueSink {

    private final byte[] part;
    private final int first;

    PartSink(int first, int length) {
      this.first = first;
      part = new byte[length];
    }

    @Override
    protected Slice room(int length) {
      wantFrom(first);
      return Slice.of(part);
    }
  }

  @Test
  void shouldCopyThePartThatIsWanted() {
    PartSink sink = new PartSink(1, 3);
    sink.take(BYTES, 0, 5, 1, Store.NEVER);
    assertThat(sink.part).asString().isEqualTo("alu");
    assertThat(sink.valueLength()).isEqualTo(5);
  }

  @Test
  void shouldNotCopyWhatIsBehindTheValue() {
    assertThatThrownBy(() -> new PartSink(2, 3).take(BYTES, 0, 4, 1, Store.NEVER))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new PartSink(0, 5).take(BYTES, 0, 4, 1, Store.NEVER))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
