// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.testing.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryTest {

  private static List<String> writes(Entry entry) {
    List<String> writes = new ArrayList<>();
    entry.forEach(
        new Entry.Sink() {
          @Override
          public void put(Slice key, Slice value, long expiresAt, long version) {
            writes.add(version + " " + key + "=" + value + " until " + expiresAt);
          }

          @Override
          public void delete(Slice key, long version) {
            writes.add(version + " not " + key);
          }
        });
    return writes;
  }

  @Test
  void shouldSayWhatTheBatchSays() throws Exception {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("a"), Slice.of("1"), Store.NEVER, WriteCondition.ALWAYS, 0);
    batch.require(Slice.of("looked at"), WriteCondition.ALWAYS, 0);
    batch.delete(Slice.of("b"), WriteCondition.ALWAYS, 0);
    batch.put(Slice.of("c"), Slice.of(""), 77, WriteCondition.ALWAYS, 0);
    Entry entry = Entry.decode(Entry.encode(9, true, batch));
    assertThat(entry.clears()).isTrue();
    assertThat(entry.versions()).isEqualTo(4);
    assertThat(entry.last()).isEqualTo(12);
    assertThat(writes(entry)).containsExactly("10 a=1 until 0", "11 not b", "12 c= until 77");
    Entry nothing = Entry.decode(Entry.encode(1, false, new WriteBatch()));
    assertThat(nothing.versions()).isZero();
    assertThat(writes(nothing)).isEmpty();
  }

  @Test
  void shouldSayWhichStepFollowsItsWrites() throws Exception {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("a"), Slice.of("1"), Store.NEVER, WriteCondition.ALWAYS, 0);
    List<SlotRange> slots = SlotRange.parseAll("0-9,100");
    SlotChange change = new SlotChange(SlotChange.Kind.LEAVE, 1, 7, slots, "b", 3);
    byte[] bytes = Entry.encode(5, false, batch, change);
    Entry entry = Entry.decode(bytes);
    assertThat(entry.change()).isEqualTo(change);
    assertThat(entry.versions()).isEqualTo(2);
    assertThat(entry.last()).isEqualTo(6);
    assertThat(writes(entry)).containsExactly("5 a=1 until 0");
    assertThatThrownBy(() -> Entry.decode(Arrays.copyOf(bytes, bytes.length - 1)))
        .hasMessageContaining("ends in a step of a move of slots");
    byte[] bad = bytes.clone();
    bad[bytes.length - 1] = 'x';
    assertThatThrownBy(() -> Entry.decode(bad)).hasMessageContaining("has a step that is none");
  }

  @Test
  void shouldTakeBytesForAnEntryOrSayWhyNot() {
    Property.check(
        5_000,
        draw -> {
          WriteBatch batch = new WriteBatch();
          for (int left = draw.ints(0, 4); left > 0; left--) {
            Slice key = Slice.of("key " + draw.ints(0, 9));
            if (draw.anyBoolean()) {
              batch.put(key, Slice.of(draw.bytes(20)), 0, WriteCondition.ALWAYS, 0);
            } else {
              batch.delete(key, WriteCondition.ALWAYS, 0);
            }
          }
          byte[] bytes = Entry.encode(draw.longs(1, 1L << 40), draw.anyBoolean(), batch);
          byte[] changed = Arrays.copyOf(bytes, draw.ints(0, bytes.length + 3));
          for (int left = draw.ints(0, 3); left > 0 && changed.length > 0; left--) {
            changed[draw.ints(0, changed.length - 1)] = draw.anyByte();
          }
          try {
            Entry entry = Entry.decode(changed);
            // What it says is what its bytes say, all of them.
            assertThat(writes(entry)).hasSize(entry.count());
          } catch (MalformedEntryException e) {
            assertThat(e).hasMessageContaining("an entry ");
          }
        });
  }

  @Test
  void shouldRefuseWhatNoEntryHasRoomFor() {
    WriteBatch batch = new WriteBatch();
    Slice value = Slice.of(new byte[Entry.MAX_BYTES]);
    batch.put(Slice.of("a"), value, Store.NEVER, WriteCondition.ALWAYS, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Entry.encode(1, false, batch))
        .withMessageContaining(Integer.toString(Entry.MAX_BYTES));
  }

  @Test
  void shouldNameWhatIsWrong() {
    byte[] good = Entry.encode(1, false, new WriteBatch());
    byte[] later = good.clone();
    later[0] = 2;
    assertThatThrownBy(() -> Entry.decode(later)).hasMessageContaining("is of format 2");
    byte[] unversioned = good.clone();
    unversioned[2] = 0;
    assertThatThrownBy(() -> Entry.decode(unversioned)).hasMessageContaining("the version 0");
    assertThatThrownBy(() -> Entry.decode(Arrays.copyOf(good, 13)))
        .hasMessageContaining("fewer bytes than its head");
    assertThatThrownBy(() -> Entry.decode(Arrays.copyOf(good, 15)))
        .hasMessageContaining("goes on behind its last write");
  }
}
