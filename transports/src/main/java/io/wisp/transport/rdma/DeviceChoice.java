// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.verbs.LocalPort;
import org.jspecify.annotations.Nullable;

/**
 * Which device to use, and which of its ports and addresses.
 *
 * @param name of the device as the kernel calls it, or null for any
 * @param port from 1, or {@link LocalPort#ANY}
 * @param gidIndex the place of the address in the port's table, or {@link LocalPort#ANY}
 */
public record DeviceChoice(@Nullable String name, int port, int gidIndex) {

  /** Whatever suits best. */
  static final DeviceChoice ANY = new DeviceChoice(null, LocalPort.ANY, LocalPort.ANY);

  private static final int MAX_PORT = 255;
  private static final int MAX_GID_INDEX = 255;

  /**
   * Reads {@code NAME[:PORT[:GID_INDEX]]}; null is {@link #ANY}.
   *
   * @throws TransportException if the text is something else
   */
  public static DeviceChoice parse(@Nullable String text) {
    if (text == null) {
      return ANY;
    }
    String[] parts = text.split(":", -1);
    if (parts.length > 3 || parts[0].isBlank()) {
      throw new TransportException(
          "\"" + text + "\" is no RDMA device: NAME, NAME:PORT or NAME:PORT:GID_INDEX is wanted");
    }
    return new DeviceChoice(
        parts[0],
        parts.length > 1 ? number(text, "port", parts[1], 1, MAX_PORT) : LocalPort.ANY,
        parts.length > 2 ? number(text, "GID index", parts[2], 0, MAX_GID_INDEX) : LocalPort.ANY);
  }

  private static int number(String text, String what, String digits, int least, int most) {
    try {
      int number = Integer.parseInt(digits);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // As wrong as a number that is none of these.
    }
    throw new TransportException(
        "the %s \"%s\" in the RDMA device \"%s\" is no number from %s to %s"
            .formatted(what, digits, text, least, most));
  }
}
