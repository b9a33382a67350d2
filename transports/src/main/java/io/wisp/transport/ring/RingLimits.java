// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

/**
 * The sizes of a connection's rings.
 *
 * @param ringBytes the length of each ring: a power of two, at least 4 KiB
 */
public record RingLimits(int ringBytes) {

  static final int MIN_RING_BYTES = 4 << 10;
  static final int MAX_RING_BYTES = 1 << 30;

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public RingLimits {
    if (ringBytes < MIN_RING_BYTES
        || ringBytes > MAX_RING_BYTES
        || Integer.bitCount(ringBytes) != 1) {
      throw new IllegalArgumentException(
          "a ring of %s bytes: a power of two from %s to %s is wanted"
              .formatted(ringBytes, MIN_RING_BYTES, MAX_RING_BYTES));
    }
  }

  /** Rings of 256 KiB. */
  public static RingLimits defaults() {
    return new RingLimits(256 << 10);
  }

  /**
   * The longest payload of a frame; what is longer is offered for reading instead. A quarter of the
   * ring, so that with the padding before it a frame takes less than half: the half that the other
   * side may still owe credit for when it has nothing to take any more.
   */
  public int maxPayload() {
    return ringBytes / 4 - FrameDescriptor.HEADER_LENGTH;
  }
}
