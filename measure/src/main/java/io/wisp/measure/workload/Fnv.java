// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/** FNV-1a over the eight bytes of a number, the lowest first, as YCSB scrambles with it. */
final class Fnv {

  private static final long OFFSET_BASIS = 0xCBF29CE484222325L;
  private static final long PRIME = 0x100000001B3L;

  private Fnv() {}

  /** A hash that is not negative. */
  static long hash(long number) {
    long hash = OFFSET_BASIS;
    long rest = number;
    for (int i = 0; i < Long.BYTES; i++) {
      hash = (hash ^ (rest & 0xFF)) * PRIME;
      rest >>>= Byte.SIZE;
    }
    return hash == Long.MIN_VALUE ? 0 : Math.abs(hash);
  }
}
