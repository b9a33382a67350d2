// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The network interfaces of this process's network namespace. */
final class LocalInterfaces {

  private static final int MAC_BYTES = 6;

  private LocalInterfaces() {}

  /**
   * Whether the interface of a GID is here: one with its number that has its address. A number
   * alone does not tell, since each namespace counts its own. A link-local GID may be made of the
   * hardware address and be no address of the interface.
   */
  static boolean have(GidEntry entry) {
    if (entry.interfaceIndex() == 0) {
      return true;
    }
    try {
      NetworkInterface found = NetworkInterface.getByIndex(entry.interfaceIndex());
      return found != null
          && (found.inetAddresses().anyMatch(address -> address.equals(entry.gid().toInetAddress()))
              || isOf(entry.gid(), found.getHardwareAddress()));
    } catch (SocketException e) {
      return true;
    }
  }

  /**
   * Whether a GID is the link-local one of a hardware address, by EUI-64 (RFC 4291, appendix A).
   */
  static boolean isOf(Gid gid, byte @Nullable [] hardware) {
    if (hardware == null || hardware.length != MAC_BYTES) {
      return false;
    }
    byte[] eui = Arrays.copyOf(hardware, Long.BYTES);
    System.arraycopy(hardware, 3, eui, 5, 3);
    eui[0] ^= 2;
    eui[3] = (byte) 0xFF;
    eui[4] = (byte) 0xFE;
    long low = 0;
    for (byte each : eui) {
      low = low << Byte.SIZE | Byte.toUnsignedInt(each);
    }
    return gid.isLinkLocal() && gid.low() == low;
  }
}
