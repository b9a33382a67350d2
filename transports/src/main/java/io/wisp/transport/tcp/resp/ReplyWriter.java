// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Appends replies in RESP2 or RESP3 to a buffer.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">the protocol</a>
 */
public final class ReplyWriter {

  /** A type byte, a number and an end of line take no more than this. */
  public static final int MAX_HEADER_LENGTH = 1 + Decimal.MAX_LENGTH + 2;

  private static final byte[] OK = ascii("+OK\r\n");
  private static final byte[] PONG = ascii("+PONG\r\n");
  private static final byte[] QUEUED = ascii("+QUEUED\r\n");
  private static final byte[] NULL_ARRAY = ascii("*-1\r\n");
  private static final byte[] NULL_BULK = ascii("$-1\r\n");
  private static final byte[] NULL = ascii("_\r\n");
  private static final byte[] FALSE = ascii(":0\r\n");
  private static final byte[] TRUE = ascii(":1\r\n");

  private final ErrorCounters errors;
  private NativeBuffer output;
  private int protocol = 2;

  /** Appends to a buffer, in RESP2; its errors are counted nowhere else. */
  public ReplyWriter(NativeBuffer output) {
    this(output, new ErrorCounters());
  }

  /** Appends to a buffer, in RESP2, and counts errors. */
  public ReplyWriter(NativeBuffer output, ErrorCounters errors) {
    this.output = output;
    this.errors = errors;
  }

  /** Points this writer at a connection's buffer, and speaks its version of the protocol. */
  public void begin(NativeBuffer output, int protocol) {
    this.output = output;
    this.protocol = protocol;
  }

  /** Speaks a version of the protocol, 2 or 3. */
  public void protocol(int protocol) {
    this.protocol = protocol;
  }

  /** The buffer that is appended to. */
  public NativeBuffer output() {
    return output;
  }

  /** That it is done. */
  public void ok() {
    output.append(OK);
  }

  /** The answer to PING. */
  public void pong() {
    output.append(PONG);
  }

  /** One or zero. */
  public void bool(boolean value) {
    output.append(value ? TRUE : FALSE);
  }

  /** That there is nothing. */
  public void absent() {
    output.append(protocol == 2 ? NULL_BULK : NULL);
  }

  /** That there is nothing where an array might be. */
  public void absentArray() {
    output.append(protocol == 2 ? NULL_ARRAY : NULL);
  }

  /** That a request will be executed later. */
  public void queued() {
    output.append(QUEUED);
  }

  /** A number. */
  public void integer(long value) {
    header((byte) ':', value);
  }

  /** A number that need not be whole, which is a bulk string in RESP2. */
  public void real(double number) {
    if (protocol == 2) {
      bulk(Double.toString(number));
    } else {
      line(',', Double.toString(number));
    }
  }

  /** A line; ends of line within it become spaces. Latin-1. */
  public void simple(String text) {
    line('+', text);
  }

  /** An error, whose first word is its code; ends of line within it become spaces. Latin-1. */
  public void error(String text) {
    errors.count(text);
    line('-', text);
  }

  private void line(char type, String text) {
    output.append((byte) type);
    output.append(ascii(text.replace('\r', ' ').replace('\n', ' ')));
    endLine();
  }

  /** Bytes that lie in a segment. */
  public void bulk(MemorySegment memory, long offset, int length) {
    output.ensureWritable(length + MAX_HEADER_LENGTH + 2);
    header((byte) '$', length);
    output.append(memory, offset, length);
    endLine();
  }

  /** Bytes. */
  public void bulk(byte[] bytes) {
    header((byte) '$', bytes.length);
    output.append(bytes);
    endLine();
  }

  /** A text, in UTF-8. */
  public void bulk(String text) {
    bulk(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A number as a bulk string, as cursors are sent. */
  public void bulkUnsigned(long number) {
    bulk(Long.toUnsignedString(number));
  }

  /** Text for people, which RESP3 marks as such. */
  public void verbatim(String text) {
    if (protocol == 2) {
      bulk(text);
      return;
    }
    byte[] bytes = ascii("txt:" + text);
    header((byte) '=', bytes.length);
    output.append(bytes);
    endLine();
  }

  /** The head of an array; its elements follow. */
  public void array(long length) {
    header((byte) '*', length);
  }

  /** The head of a map of so many pairs, which is an array of twice as many elements in RESP2. */
  public void map(long pairs) {
    if (protocol == 2) {
      header((byte) '*', 2 * pairs);
    } else {
      header((byte) '%', pairs);
    }
  }

  /** The head of a set, which is an array in RESP2. */
  public void set(long length) {
    header((byte) (protocol == 2 ? '*' : '~'), length);
  }

  private void header(byte type, long number) {
    output.ensureWritable(MAX_HEADER_LENGTH);
    output.advance(header(output.memory(), output.end(), type, number));
  }

  /** Writes a type, a number and an end of line at a position, and returns the position behind. */
  static int header(MemorySegment memory, int at, byte type, long number) {
    memory.set(ValueLayout.JAVA_BYTE, at, type);
    return endLine(memory, Decimal.write(number, memory, at + 1));
  }

  /** Writes an end of line at a position, and returns the position behind. */
  static int endLine(MemorySegment memory, int at) {
    memory.set(ValueLayout.JAVA_BYTE, at, (byte) '\r');
    memory.set(ValueLayout.JAVA_BYTE, at + 1, (byte) '\n');
    return at + 2;
  }

  private void endLine() {
    output.ensureWritable(2);
    output.advance(endLine(output.memory(), output.end()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
