// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.Arrays;

/**
 * For each slot the epoch that its last move gave it, 0 before the first. A slot has each epoch at
 * one shard only: so of two maps of one file the greater epoch says where the slot is now. It never
 * changes.
 */
final class SlotEpochs {

  /** Nothing has moved. */
  static final SlotEpochs NONE = new SlotEpochs(new long[0]);

  private final long[] epochs;

  private SlotEpochs(long[] epochs) {
    this.epochs = epochs;
  }

  long of(int slot) {
    return epochs.length == 0 ? 0 : epochs[slot];
  }

  /** Whether no slot has ever moved. */
  boolean isNone() {
    return epochs.length == 0;
  }

  /** Those of every slot; the array is not used any more. */
  static SlotEpochs of(long[] ofSlots) {
    return new SlotEpochs(ofSlots);
  }

  /** A copy, of every slot. */
  long[] copy() {
    return Arrays.copyOf(epochs, KeySlot.COUNT);
  }

  /** All together: what is merged of several maps knows more exactly if this is greater. */
  long sum() {
    return Arrays.stream(epochs).sum();
  }
}
