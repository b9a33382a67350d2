// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/** Numbers that look random and follow from others. */
final class Mixing {

  /** What successive inputs are apart, so that few bits of theirs agree: the golden ratio. */
  static final long STEP = 0x9E3779B97F4A7C15L;

  private Mixing() {}

  /** Stafford's variant 13 of the finalizer of MurmurHash3: one number to one number. */
  static long mix(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
