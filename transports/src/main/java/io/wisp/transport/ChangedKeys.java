// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of some slots that were written since somebody began to copy these. A key is noted
 * before its write happens, whether or not it does; so who takes a key, and reads it when no entry
 * is under way, has its value or is told of it again. It is kept in the memory of one server alone:
 * when that ends, or others may have written, it is lost, and the copy begins anew.
 *
 * <p>Whoever may make the next entry of the log uses it, and nobody else meanwhile.
 */
public final class ChangedKeys {

  /** More than so many keys, or bytes of keys, are not noted. */
  private static final int MOST_KEYS = 1 << 17;

  private static final int MOST_BYTES = 32 << 20;

  private static final long NOBODY = 0;

  /** Each character is a byte. */
  private final Set<String> keys = new LinkedHashSet<>();

  private long bytes;
  private long id = NOBODY;
  private List<SlotRange> slots = List.of();

  /** None: nobody copies. */
  ChangedKeys() {}

  /** Somebody begins to copy slots, by a move of a number greater than 0. */
  public void begin(long move, List<SlotRange> ofSlots) {
    lose();
    id = move;
    slots = ofSlots;
  }

  /** Whether nothing was lost since somebody began to copy by a move. */
  public boolean follows(long move) {
    return id == move && id != NOBODY;
  }

  /** Whether that is so, and the slots are those that it began with. */
  public boolean follows(long move, List<SlotRange> ofSlots) {
    return follows(move) && slots.equals(ofSlots);
  }

  /** Whether a slot is among those that are copied. */
  public boolean has(int slot) {
    return SlotRange.haveAny(slots, slot);
  }

  /** It is not known any more what was written. */
  public void lose() {
    id = NOBODY;
    slots = List.of();
    keys.clear();
    bytes = 0;
  }

  /**
   * Notes what is about to be written.
   *
   * @param clears whether all records go
   */
  public void note(WriteBatch writes, boolean clears) {
    if (id == NOBODY) {
      return;
    }
    if (clears) {
      lose();
      return;
    }
    for (int i = 0; i < writes.size(); i++) {
      Slice key = writes.get(i).key();
      if (has(KeySlot.of(key))) {
        add(key.toByteArray());
      }
    }
  }

  /** Notes a key, or loses all if there are too many. */
  public void add(byte[] key) {
    if (id != NOBODY && keys.add(new String(key, StandardCharsets.ISO_8859_1))) {
      bytes += key.length;
      if (keys.size() > MOST_KEYS || bytes > MOST_BYTES) {
        lose();
      }
    }
  }

  /** How many there are. */
  public int size() {
    return keys.size();
  }

  /** Takes the one that was noted first; null if there is none. */
  @SuppressWarnings("ReturnsNullArray")
  public byte @Nullable [] take() {
    Iterator<String> all = keys.iterator();
    if (!all.hasNext()) {
      return null;
    }
    byte[] key = all.next().getBytes(StandardCharsets.ISO_8859_1);
    all.remove();
    bytes -= key.length;
    return key;
  }
}
