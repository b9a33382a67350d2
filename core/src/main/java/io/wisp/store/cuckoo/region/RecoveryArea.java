// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

/**
 * The end of the region of a kept table, which has what no walk over the index can tell:
 *
 * <pre>
 *        0  what commits the journal, with the number of its entries; 0 if nothing is under way
 *       64  the journal's entries, of 16 bytes each
 *   131136  for each page 8 bytes: how many pages the segment has that begins there, or 0
 * </pre>
 *
 * @param offset where in the region it begins, at a page
 * @param pages how many pages lie before it
 */
public record RecoveryArea(long offset, int pages) {

  /** The most entries of the journal: a word of each key of the largest batch. */
  public static final int JOURNAL_ENTRIES = 8192;

  static final int JOURNAL_ENTRY_SIZE = 16;

  /** In a cache line of its own. */
  static final int ENTRIES_OFFSET = 64;

  private static final long LENGTHS_OFFSET =
      ENTRIES_OFFSET + (long) JOURNAL_ENTRIES * JOURNAL_ENTRY_SIZE;

  /** The area of a region that is divided like this. */
  public static RecoveryArea of(Geometry region) {
    int own = region.pagesFor(LENGTHS_OFFSET + (long) region.pages() * Long.BYTES);
    int others = region.pages() - own;
    return new RecoveryArea(region.bytes(others), others);
  }

  /** Where the length of the segment is that begins at a page. */
  public long lengthOffset(int page) {
    return offset + LENGTHS_OFFSET + (long) page * Long.BYTES;
  }
}
