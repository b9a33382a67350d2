// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

/**
 * Looks at the first two words of a record again, after all of it was read. If they are the same,
 * it was not written over meanwhile: exactly, where a checksum tells but for a chance of 2^-32.
 * Memory that is mapped here is looked at for next to nothing; over a network it would take a round
 * trip, and meetings of a read with a write are rarer by as much as both are slower.
 */
@FunctionalInterface
public interface SecondLook {

  /** None: the checksum has to tell. */
  SecondLook NONE = (_, _, _) -> true;

  /**
   * Whether the two words at an offset of the region are still these, behind all that was read.
   *
   * @param offset of a record that lies in the region
   */
  boolean isUnchanged(long offset, long word0, long word1);
}
