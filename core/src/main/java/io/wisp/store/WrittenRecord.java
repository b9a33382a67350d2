// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/** Takes from a {@link Store#write} where the record went. It belongs to one thread. */
public final class WrittenRecord {

  private long address = RecordAddress.NONE;

  /** A write begins: where an earlier one went does not count any more. */
  public void begin() {
    address = RecordAddress.NONE;
  }

  /** The record that was written is at a {@link RecordAddress}. */
  public void at(long address) {
    this.address = address;
  }

  /**
   * The {@link RecordAddress} of the record that the last write stored, or {@link
   * RecordAddress#NONE} if it stored none or its store has no memory that others read.
   */
  public long address() {
    return address;
  }
}
