// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * Where in a region that others read a record lies, as one long, so that it is kept and sent whole.
 * It is a guess from the moment it is made: the record may have been moved or replaced since, and
 * whoever reads there finds that out from what is there.
 *
 * <pre>
 *   63                             24 23                           0
 *  +---------------------------------+------------------------------+
 *  |    offset of the record / 8     |   length of the record / 8   |   0: none
 *  +---------------------------------+------------------------------+
 * </pre>
 */
public final class RecordAddress {

  /** No address. */
  public static final long NONE = 0;

  private static final int LENGTH_BITS = 24;
  private static final long LENGTH_MASK = (1L << LENGTH_BITS) - 1;

  private RecordAddress() {}

  /**
   * The address of a record.
   *
   * @param offset in the region, in bytes, a multiple of 8
   * @param length of the whole record, in bytes, a multiple of 8
   */
  public static long of(long offset, int length) {
    return (offset >>> 3 << LENGTH_BITS) | (length >>> 3);
  }

  /** The offset in the region, in bytes. */
  public static long offset(long address) {
    return address >>> LENGTH_BITS << 3;
  }

  /** The length of the record, in bytes. */
  public static int length(long address) {
    return (int) (address & LENGTH_MASK) << 3;
  }
}
