// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.store.Slice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where the arguments of a request lie, the command's name among them if it is a whole request. */
public final class Arguments {

  /** More than any command has a use for that takes one key. */
  public static final int MAX_COUNT = 128;

  /** More than any text has that a command has a use for. */
  public static final int MAX_TEXT_LENGTH = 4096;

  private int[] offsets = new int[MAX_COUNT];
  private int[] lengths = new int[MAX_COUNT];
  private final Decimal decimal = new Decimal();
  private MemorySegment memory = MemorySegment.NULL;
  private int count;

  /** Begins without any, in the memory where they will lie. */
  public void begin(MemorySegment memory) {
    this.memory = memory;
    count = 0;
  }

  /** Adds one, by where it lies. */
  public void add(int offset, int length) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    offsets[count] = offset;
    lengths[count] = length;
    count++;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** How many bytes they take, from the first to the last. */
  public int span() {
    return offsets[count - 1] + lengths[count - 1] - offsets[0];
  }

  /** The memory in which they lie, until the input changes. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where an argument begins. */
  public int offset(int index) {
    return offsets[index];
  }

  /** How many bytes an argument has. */
  public int length(int index) {
    return lengths[index];
  }

  /** Points a slice at an argument. */
  public Slice slice(int index, Slice slice) {
    return slice.set(memory, offsets[index], lengths[index]);
  }

  /** Whether an argument is this word, whatever its case. The word is in upper case. */
  public boolean is(int index, String word) {
    int length = lengths[index];
    if (length != word.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      int letter = memory.get(ValueLayout.JAVA_BYTE, offsets[index] + i);
      if (letter >= 'a' && letter <= 'z') {
        letter -= 'a' - 'A';
      }
      if (letter != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether two arguments are the same bytes. */
  public boolean areEqual(int one, int other) {
    return lengths[one] == lengths[other]
        && MemorySegment.mismatch(
                memory,
                offsets[one],
                offsets[one] + lengths[one],
                memory,
                offsets[other],
                offsets[other] + lengths[other])
            < 0;
  }

  /** Whether an argument is an integer of 64 bits, which {@link #number()} then is. */
  public boolean isNumber(int index) {
    return decimal.read(memory, offsets[index], lengths[index]);
  }

  /** What {@link #isNumber} read last. */
  public long number() {
    return decimal.value();
  }

  /** A copy of an argument. */
  public byte[] bytes(int index) {
    byte[] bytes = new byte[lengths[index]];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offsets[index], bytes, 0, bytes.length);
    return bytes;
  }

  /** A copy of an argument that says how many bytes it leaves out, if it has more than so many. */
  public byte[] shortened(int index, int most) {
    int more = lengths[index] - most;
    if (more <= 0) {
      return bytes(index);
    }
    byte[] note = ("... (" + more + " more bytes)").getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[most + note.length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offsets[index], bytes, 0, most);
    System.arraycopy(note, 0, bytes, most, note.length);
    return bytes;
  }

  /** The beginning of an argument, to be repeated in an error. */
  public String quoted(int index) {
    return Errors.quoted(memory, offsets[index], lengths[index]);
  }

  /** An argument as text; the beginning of one that is longer than {@link #MAX_TEXT_LENGTH}. */
  public String text(int index) {
    int length = Math.min(lengths[index], MAX_TEXT_LENGTH);
    return new String(
        memory.asSlice(offsets[index], length).toArray(ValueLayout.JAVA_BYTE),
        StandardCharsets.UTF_8);
  }
}
