// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A structure in memory, whose members are read and written by name, with the width and the order
 * of bytes that its layout gives them. Not for hot paths.
 */
public record Structure(StructLayout layout, MemorySegment memory) {

  /** One that the library owns, for reading; it must outlive every use. */
  public static Structure at(StructLayout layout, long address) {
    return new Structure(layout, Library.memory(address, layout.byteSize()));
  }

  /** A new one, all zero. */
  public static Structure allocate(StructLayout layout, Arena arena) {
    return new Structure(layout, arena.allocate(layout));
  }

  /** Where it begins. */
  public long address() {
    return memory.address();
  }

  /** The structure that is a member of this one. */
  public Structure inner(String member) {
    StructLayout type = (StructLayout) layout.select(Structs.path(member));
    return new Structure(type, memory.asSlice(offset(layout, member), type));
  }

  /** A member of at most 32 bits; without sign if it has less. */
  public int number(String... path) {
    return (int) longNumber(path);
  }

  /** A member of at most 64 bits; without sign if it has less than 32. */
  public long longNumber(String... path) {
    long at = offset(layout, path);
    return switch (layout.select(Structs.path(path))) {
      case ValueLayout.OfByte type -> Byte.toUnsignedLong(memory.get(type, at));
      case ValueLayout.OfShort type -> Short.toUnsignedLong(memory.get(type, at));
      case ValueLayout.OfInt type -> memory.get(type, at);
      case ValueLayout.OfLong type -> memory.get(type, at);
      default -> throw noNumber(path);
    };
  }

  /** A member that is an array of characters, which ends at the first zero. */
  public String text(String member) {
    return memory.getString(offset(layout, member));
  }

  /** Sets a member to as many of the lowest bits as it has. */
  public void set(long value, String... path) {
    long at = offset(layout, path);
    switch (layout.select(Structs.path(path))) {
      case ValueLayout.OfByte type -> memory.set(type, at, (byte) value);
      case ValueLayout.OfShort type -> memory.set(type, at, (short) value);
      case ValueLayout.OfInt type -> memory.set(type, at, (int) value);
      case ValueLayout.OfLong type -> memory.set(type, at, value);
      default -> throw noNumber(path);
    }
  }

  private static IllegalArgumentException noNumber(String... path) {
    return new IllegalArgumentException(String.join(".", path) + " is not a number");
  }
}
