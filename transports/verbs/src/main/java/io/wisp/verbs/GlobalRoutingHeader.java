// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_GRH;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The 40 bytes that stand before the payload of every datagram that was received, and that a
 * receive for datagrams must have room for. On RoCE v2 over IPv4 the last 20 of them are the IPv4
 * header; the first 20 are then without meaning. Valid only if the completion {@link
 * WorkCompletions#hasGlobalRoutingHeader says so}.
 */
public final class GlobalRoutingHeader {

  /** Its length in bytes. */
  public static final int BYTES = (int) IBV_GRH.byteSize();

  private static final long VERSION = offset(IBV_GRH, "version_tclass_flow");
  private static final long SOURCE = offset(IBV_GRH, "sgid");
  private static final long DESTINATION = offset(IBV_GRH, "dgid");
  private static final long IPV4_HEADER = 20;
  private static final long IPV4_SOURCE = IPV4_HEADER + 12;
  private static final long IPV4_DESTINATION = IPV4_HEADER + 16;
  private static final int IPV4_VERSION_AND_LENGTH = 0x45;
  private static final ValueLayout.OfInt NETWORK_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private GlobalRoutingHeader() {}

  /**
   * Whether it is an IPv4 header. It then has that header's first byte in its middle, where a GID
   * of an IPv6 header would have to hold the same by chance; so version 6 at the start goes first.
   */
  public static boolean isIpv4(MemorySegment memory, long offset) {
    return memory.get(NETWORK_INT, offset + VERSION) >>> 28 != 6
        && memory.get(ValueLayout.JAVA_BYTE, offset + IPV4_HEADER) == IPV4_VERSION_AND_LENGTH;
  }

  /** The GID of the sender. */
  public static Gid source(MemorySegment memory, long offset) {
    return isIpv4(memory, offset)
        ? Gid.ofIpv4(memory.get(NETWORK_INT, offset + IPV4_SOURCE))
        : Gid.read(memory, offset + SOURCE);
  }

  /** The GID that it was sent to. */
  public static Gid destination(MemorySegment memory, long offset) {
    return isIpv4(memory, offset)
        ? Gid.ofIpv4(memory.get(NETWORK_INT, offset + IPV4_DESTINATION))
        : Gid.read(memory, offset + DESTINATION);
  }
}
