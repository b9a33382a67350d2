// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.store.Limits;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Reads the elements of a request where they lie, one after the other from {@link #next} on. A
 * method that reads one leaves what it found in {@link #number} or {@link #offset} and {@link
 * #length} if that is {@link Outcome#COMPLETE}; else {@link #next} stays where it was.
 *
 * <p>The words of the errors are those of Redis.
 */
public final class RequestParser extends ReadElement {

  /** How the reading of an element ended. */
  public enum Outcome {
    /** It is there as a whole, and {@link #next} is behind it. */
    COMPLETE,
    /** It has not arrived: {@link #needed} says up to where there must be bytes at least. */
    INCOMPLETE,
    /** It is longer than what there is memory for, whether it has arrived or not. */
    TOO_LARGE,
    /** It is none: {@link #error} says why. */
    INVALID
  }

  /** The most arguments of a request, its command's name included. */
  public static final int MAX_ARGUMENTS = 1 << 20;

  /** The same for a client that has not given the password. */
  static final int MAX_UNAUTHENTICATED_ARGUMENTS = 10;

  /** The longest argument of such a client. */
  static final int MAX_UNAUTHENTICATED_LENGTH = 16_384;

  /** The longest argument that can be skipped: what Redis takes, unless it is told otherwise. */
  static final int MAX_BULK_LENGTH = 512 << 20;

  private static final int MAX_DIGITS = 10;
  private static final short END_OF_LINE = 0x0A0D;
  private static final int END_LENGTH = 2;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private int end;
  private boolean authenticated;
  private int number;
  private int rest;
  private String error = "";

  /** Turns to the start of what a client, who gave the password or not, has sent. */
  public void begin(NativeBuffer input, boolean authenticated) {
    this.authenticated = authenticated;
    memory = input.memory();
    end = input.end();
    next = input.start();
  }

  /** Goes to another position. */
  public void seek(int position) {
    next = position;
  }

  /** How many arguments the request has. */
  public int number() {
    return number;
  }

  /** What is wrong with the element. */
  public String error() {
    return error;
  }

  /** Reads the head of a request, which tells how many arguments it has. */
  public Outcome readArgumentCount() {
    Outcome outcome = readNumber("invalid multibulk length");
    if (outcome != Outcome.COMPLETE) {
      return outcome;
    }
    if (number > MAX_ARGUMENTS) {
      return invalid("invalid multibulk length");
    }
    if (!authenticated && number > MAX_UNAUTHENTICATED_ARGUMENTS) {
      return invalid("unauthenticated multibulk length");
    }
    next = offset;
    return Outcome.COMPLETE;
  }

  /** Reads the head of a bulk string, which tells its length. */
  public Outcome readBulkHeader() {
    Outcome outcome = findBulk();
    if (outcome == Outcome.COMPLETE) {
      next = offset;
    }
    return outcome;
  }

  /** Whether so many bytes of the bulk string have arrived; if not, they are what is needed. */
  public boolean has(int bytes) {
    needed = offset + bytes;
    return needed <= end;
  }

  /** Reads a whole bulk string; one that no value can be as long as is too large. */
  public Outcome readBulk() {
    return readBulk(Limits.MAX_VALUE_LENGTH);
  }

  /** Reads a whole bulk string; one that is longer than this is too large. */
  public Outcome readBulk(int maxLength) {
    Outcome outcome = findBulk();
    if (outcome != Outcome.COMPLETE) {
      return outcome;
    }
    if (length > maxLength) {
      return Outcome.TOO_LARGE;
    }
    return awaitBulk();
  }

  /**
   * Reads a whole bulk string that is a key. Of one that is longer than any key, a beginning that
   * is so too is all that is waited for: it is too large then, {@link #next} is behind that
   * beginning, and {@link #rest} is still to come.
   */
  public Outcome readKey() {
    Outcome outcome = findBulk();
    if (outcome != Outcome.COMPLETE || length <= Limits.MAX_KEY_LENGTH) {
      return outcome == Outcome.COMPLETE ? awaitBulk() : outcome;
    }
    int beginning = Limits.MAX_KEY_LENGTH + 1;
    rest = length - beginning + END_LENGTH;
    length = beginning;
    if (!has(length)) {
      return Outcome.INCOMPLETE;
    }
    next = offset + length;
    return Outcome.TOO_LARGE;
  }

  /** The bytes behind the beginning of a key that is too large, its end of line included. */
  public int rest() {
    return rest;
  }

  private Outcome awaitBulk() {
    int behind = offset + length;
    if (behind + END_LENGTH > end) {
      return incomplete(behind + END_LENGTH);
    }
    if (memory.get(SHORT, behind) != END_OF_LINE) {
      return invalid("a bulk string of " + length + " bytes does not end in CRLF");
    }
    next = behind + END_LENGTH;
    return Outcome.COMPLETE;
  }

  private Outcome findBulk() {
    if (next >= end) {
      return incomplete(next + 1);
    }
    byte type = memory.get(ValueLayout.JAVA_BYTE, next);
    if (type != '$') {
      return invalid("expected '$', got '" + printable(type) + "'");
    }
    Outcome outcome = readNumber("invalid bulk length");
    if (outcome != Outcome.COMPLETE) {
      return outcome;
    }
    if (number < 0 || number > MAX_BULK_LENGTH) {
      return invalid("invalid bulk length");
    }
    if (!authenticated && number > MAX_UNAUTHENTICATED_LENGTH) {
      return invalid("unauthenticated bulk length");
    }
    length = number;
    return Outcome.COMPLETE;
  }

  /** Reads the number behind the type, and leaves the position behind its line in the offset. */
  private Outcome readNumber(String complaint) {
    int at = next + 1;
    boolean negative = at < end && memory.get(ValueLayout.JAVA_BYTE, at) == '-';
    if (negative) {
      at++;
    }
    int firstDigit = at;
    long value = 0;
    for (; at < end; at++) {
      byte character = memory.get(ValueLayout.JAVA_BYTE, at);
      if (character == '\r') {
        break;
      }
      if (character < '0' || character > '9' || at - firstDigit == MAX_DIGITS) {
        return invalid(complaint);
      }
      value = 10 * value + (character - '0');
    }
    if (at + 1 >= end) {
      return incomplete(at + 2);
    }
    if (at == firstDigit || memory.get(ValueLayout.JAVA_BYTE, at + 1) != '\n') {
      return invalid(complaint);
    }
    number = (int) Math.min(Integer.MAX_VALUE, value);
    if (negative) {
      number = -number;
    }
    offset = at + 2;
    return Outcome.COMPLETE;
  }

  private Outcome incomplete(int needed) {
    this.needed = needed;
    return Outcome.INCOMPLETE;
  }

  private Outcome invalid(String error) {
    this.error = error;
    return Outcome.INVALID;
  }

  private static String printable(byte character) {
    return character >= ' ' && character < 127
        ? String.valueOf((char) character)
        : String.format(Locale.ROOT, "\\x%02x", character);
  }
}
