// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds commands by the bytes of their names, whatever their case, without making a string.
 *
 * <p>A name of up to 16 bytes is read as two longs whose letters are folded to upper case; they are
 * the key of a small hash table with open addressing.
 */
public final class CommandTable {

  /** More than any name has. */
  static final int MAX_NAME_LENGTH = 16;

  private static final int SLOTS = 256;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Clears the bit that tells a lower-case letter from an upper-case one. */
  private static final long FOLD = 0xDFDF_DFDF_DFDF_DFDFL;

  private final long[] firstHalves = new long[SLOTS];
  private final long[] secondHalves = new long[SLOTS];
  private final @Nullable Command[] commands = new Command[SLOTS];
  private final List<Command> all = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /** By the commands' numbers, for each request asks: the places that {@link Command} tells. */
  private int[] firstKeys = new int[0];

  private int[] lastKeys = new int[0];
  private int[] keySteps = new int[0];

  /** Adds a command whose name no other has, and whose number is that of the next name. */
  public void add(Command command) {
    if (command.number() != names.size()) {
      throw new IllegalArgumentException(
          command.name() + " has number " + command.number() + ", and not " + names.size());
    }
    names.add(command.name());
    for (Command.Subcommand each : command.handler().subcommands()) {
      names.add(command.nameOf(each));
    }
    MemorySegment name = MemorySegment.ofArray(new byte[MAX_NAME_LENGTH]);
    for (int i = 0; i < command.name().length(); i++) {
      name.set(ValueLayout.JAVA_BYTE, i, (byte) command.name().charAt(i));
    }
    long first = name.get(LONG, 0) & FOLD;
    long second = name.get(LONG, 8) & FOLD;
    int slot = slotOf(first, second);
    while (commands[slot] != null) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    firstHalves[slot] = first;
    secondHalves[slot] = second;
    commands[slot] = command;
    all.add(command);
    noteKeys(command);
  }

  private void noteKeys(Command command) {
    firstKeys = Arrays.copyOf(firstKeys, names.size());
    lastKeys = Arrays.copyOf(lastKeys, names.size());
    keySteps = Arrays.copyOf(keySteps, names.size());
    firstKeys[command.number()] = command.firstKey();
    lastKeys[command.number()] = command.lastKey();
    keySteps[command.number()] = command.keyStep();
  }

  /** As {@link Command#firstKey} of a command of this table, and as fast as can be. */
  public int firstKeyOf(Command command) {
    return firstKeys[command.number()];
  }

  /** As {@link Command#lastKey}, likewise. */
  int lastKeyOf(Command command) {
    return lastKeys[command.number()];
  }

  /** As {@link Command#keyStep}, likewise. */
  int keyStepOf(Command command) {
    return keySteps[command.number()];
  }

  /** The command of a name, or null. */
  public @Nullable Command find(MemorySegment memory, long offset, int length) {
    if (length > MAX_NAME_LENGTH) {
      return null;
    }
    long first = half(memory, offset, Math.min(length, 8));
    long second = length <= 8 ? 0 : half(memory, offset + 8, length - 8);
    int slot = slotOf(first, second);
    while (true) {
      Command command = commands[slot];
      if (command == null
          || (firstHalves[slot] == first
              && secondHalves[slot] == second
              && command.name().length() == length)) {
        return command;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  private static long half(MemorySegment memory, long offset, int length) {
    long half = 0;
    for (int i = 0; i < length; i++) {
      half |= (memory.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFFL) << (8 * i);
    }
    return half & FOLD;
  }

  private static int slotOf(long first, long second) {
    long mixed = (first ^ Long.rotateLeft(second, 17)) * 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 56);
  }

  /** The command of a name, or null. */
  public @Nullable Command find(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (Command command : all) {
      if (command.name().equals(lower)) {
        return command;
      }
    }
    return null;
  }

  /** The names of commands and subcommands, each in the place of its number. */
  public List<String> names() {
    return Collections.unmodifiableList(names);
  }

  /** All commands, in the order in which they were added. */
  public List<Command> all() {
    return Collections.unmodifiableList(all);
  }
}
