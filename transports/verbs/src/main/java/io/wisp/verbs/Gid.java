// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A global identifier: the 128-bit address of a port, written as an IPv6 address.
 *
 * @param high the first eight bytes, the most significant first
 * @param low the last eight bytes, the most significant first
 */
public record Gid(long high, long low) {

  /** Its length in bytes. */
  public static final int BYTES = 16;

  /** All zero: no address. */
  public static final Gid NONE = new Gid(0, 0);

  private static final ValueLayout.OfLong NETWORK_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final long IPV4_PREFIX = 0xFFFFL << 32;

  /** That of an IPv4 address, whose first byte is the most significant. */
  static Gid ofIpv4(int address) {
    return new Gid(0, IPV4_PREFIX | Integer.toUnsignedLong(address));
  }

  static Gid read(MemorySegment memory, long offset) {
    return new Gid(memory.get(NETWORK_LONG, offset), memory.get(NETWORK_LONG, offset + Long.BYTES));
  }

  void write(MemorySegment memory, long offset) {
    memory.set(NETWORK_LONG, offset, high);
    memory.set(NETWORK_LONG, offset + Long.BYTES, low);
  }

  /**
   * Of the text that {@link #toString} makes, or any other form of an IPv4 or IPv6 address.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Gid parse(String text) {
    try {
      byte[] bytes = InetAddress.ofLiteral(text).getAddress();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return bytes.length == BYTES
          ? new Gid(buffer.getLong(), buffer.getLong())
          : ofIpv4(buffer.getInt());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a GID: " + text, e);
    }
  }

  /** Whether it stands for an IPv4 address: ::ffff:a.b.c.d. */
  public boolean isIpv4() {
    return high == 0 && (low & 0xFFFF_FFFF_0000_0000L) == IPV4_PREFIX;
  }

  /** Whether it is valid on one link alone: fe80::/10. */
  public boolean isLinkLocal() {
    return high >>> 54 == 0xFE80 >>> 6;
  }

  /** The address as of the Internet protocol. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(
          ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    String address = toInetAddress().getHostAddress();
    return isIpv4() ? "::ffff:" + address : address;
  }
}
