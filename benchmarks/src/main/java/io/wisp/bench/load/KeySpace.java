// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

/**
 * The keys of a run: the numbers from 0 on, written in decimal and padded with zeros to exactly the
 * wanted number of digits.
 *
 * @param digits the length of every key
 * @param count how many keys there are
 */
public record KeySpace(int digits, long count) {

  /** No run uses more keys, so that filling a store takes seconds. */
  public static final long MAX_KEYS = 1_000_000;

  /** Nor do all keys and values together occupy more bytes. */
  public static final long MAX_BYTES = 1L << 30;

  /** The longest number that is written; longer keys have more zeros in front. */
  private static final int MAX_NUMBER_DIGITS = 18;

  /** All keys of so many digits, or as many as the limits allow with values of such a size. */
  public static KeySpace of(int digits, int payloadSize) {
    long all = (long) Math.pow(10, Math.min(digits, MAX_NUMBER_DIGITS));
    long fitting = Math.max(1, MAX_BYTES / ((long) digits + payloadSize));
    return new KeySpace(digits, Math.min(all, Math.min(MAX_KEYS, fitting)));
  }

  /** Writes a key over the array, whose length is {@link #digits}. */
  void write(long number, byte[] key) {
    long rest = number;
    for (int i = digits - 1; i >= Math.max(0, digits - MAX_NUMBER_DIGITS); i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
