// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.region.XxHash64;
import io.wisp.store.cuckoo.table.Bucket;
import java.lang.foreign.MemorySegment;

/**
 * What a reader from elsewhere must know of a table, taken from its header: which table it is, how
 * keys and records are hashed, where the buckets are and how many. All but their number is for
 * good; that changes, and {@link #refresh} takes a later one from a header that was read again.
 *
 * <p>Belongs to one thread. {@code FORMAT.md} describes the header.
 */
public final class TableLayout {

  /** How many bytes from the start of the region are enough to parse. */
  public static final int HEADER_BYTES = 72;

  private static final long MAX_BUCKETS = 1L << 32;

  private final long regionBytes;
  private final long incarnation;
  private final long hashSeed;
  private final long indexOffset;
  private final long checksumSeed;
  private long buckets;

  private TableLayout(
      long regionBytes,
      long incarnation,
      long hashSeed,
      long indexOffset,
      long checksumSeed,
      long buckets) {
    this.regionBytes = regionBytes;
    this.incarnation = incarnation;
    this.hashSeed = hashSeed;
    this.indexOffset = indexOffset;
    this.checksumSeed = checksumSeed;
    this.buckets = buckets;
  }

  /**
   * Reads a header.
   *
   * @param memory where the first {@link #HEADER_BYTES} bytes of the region, or a copy of them, are
   * @param offset where in {@code memory} they start
   * @param readableBytes how many bytes of the region can be read
   * @throws TableFormatException if they are not the header of a table in so many bytes
   */
  public static TableLayout parse(MemorySegment memory, long offset, long readableBytes) {
    long magic = Words.getUnaligned(memory, offset + RegionHeader.MAGIC_OFFSET);
    if (magic != RegionHeader.MAGIC) {
      throw new TableFormatException(
          "this memory holds no table of Wisp: it starts with 0x%x and not with the bytes"
              + " \"WISPTABL\"",
          Long.reverseBytes(magic));
    }
    long version = Words.getUnaligned(memory, offset + RegionHeader.FORMAT_VERSION_OFFSET);
    if (version != RegionHeader.FORMAT_VERSION) {
      throw new TableFormatException(
          "the table has format version %d, and this reader knows only version %d",
          version, RegionHeader.FORMAT_VERSION);
    }
    long incarnation = Words.getUnaligned(memory, offset + RegionHeader.INCARNATION_OFFSET);
    if (incarnation == 0) {
      throw new TableFormatException(
          "the table has incarnation 0: it is still being made, or was closed");
    }
    long hashSeed = Words.getUnaligned(memory, offset + RegionHeader.HASH_SEED_OFFSET);
    long size = Words.getUnaligned(memory, offset + RegionHeader.REGION_SIZE_OFFSET);
    long index = Words.getUnaligned(memory, offset + RegionHeader.INDEX_OFFSET_OFFSET);
    long checksumSeed = Words.getUnaligned(memory, offset + RegionHeader.CHECKSUM_SEED_OFFSET);
    long buckets = Words.getUnaligned(memory, offset + RegionHeader.BUCKETS_OFFSET);
    checkSize(size, readableBytes);
    checkIndex(index, buckets, size);
    return new TableLayout(size, incarnation, hashSeed, index, checksumSeed, buckets);
  }

  private static void checkSize(long size, long readableBytes) {
    if (size < Geometry.MIN_REGION_SIZE || size > Bucket.MAX_REGION_SIZE) {
      throw new TableFormatException(
          "the table says that its region has %d bytes; it has %d to %d",
          size, Geometry.MIN_REGION_SIZE, Bucket.MAX_REGION_SIZE);
    }
    if (size > readableBytes) {
      throw new TableFormatException(
          "the table's region has %d bytes, of which only %d can be read", size, readableBytes);
    }
  }

  private static void checkIndex(long index, long buckets, long size) {
    if (index < RegionHeader.SIZE || index > size - Bucket.SIZE || index % Bucket.SIZE != 0) {
      throw new TableFormatException(
          "the table says that its index is at %d; it must be at a multiple of %d from %d to %d",
          index, Bucket.SIZE, RegionHeader.SIZE, size - Bucket.SIZE);
    }
    if (!isPossible(buckets, size, index)) {
      throw new TableFormatException(
          "the table says that it has %d buckets; from %d on its region has room for %d",
          buckets, index, (size - index) / Bucket.SIZE);
    }
  }

  private static boolean isPossible(long buckets, long regionBytes, long indexOffset) {
    return buckets >= 1
        && buckets <= MAX_BUCKETS
        && buckets <= (regionBytes - indexOffset) / Bucket.SIZE;
  }

  /**
   * Takes the number of buckets from a header that was read again.
   *
   * @return whether it is the header of the same table; if not, nothing is taken, and all that is
   *     known of the table, remembered addresses included, is void
   */
  public boolean refresh(MemorySegment memory, long offset) {
    long now = Words.getUnaligned(memory, offset + RegionHeader.BUCKETS_OFFSET);
    if (Words.getUnaligned(memory, offset + RegionHeader.MAGIC_OFFSET) != RegionHeader.MAGIC
        || Words.getUnaligned(memory, offset + RegionHeader.INCARNATION_OFFSET) != incarnation
        || Words.getUnaligned(memory, offset + RegionHeader.HASH_SEED_OFFSET) != hashSeed
        || !isPossible(now, regionBytes, indexOffset)) {
      return false;
    }
    buckets = now;
    return true;
  }

  /** The size of the region in bytes. */
  public long regionBytes() {
    return regionBytes;
  }

  /** What tells this table from all others; never 0. */
  public long incarnation() {
    return incarnation;
  }

  /** The seed of its records' checksums. */
  long checksumSeed() {
    return checksumSeed;
  }

  /** The number of buckets, as far as is known here: there may be more or fewer by now. */
  public long buckets() {
    return buckets;
  }

  /** The hash of a key, by which {@link RecordAddressCache} knows it. */
  public long hash(Slice key) {
    return hash(key.segment(), key.offset(), key.length());
  }

  long hash(MemorySegment memory, long offset, long length) {
    return XxHash64.hash(memory, offset, length, hashSeed);
  }

  /** Where in the region a bucket is. */
  public long bucketAddress(long bucket) {
    return indexOffset + (bucket << Bucket.SIZE_SHIFT);
  }

  /** Whether a record with these first two words can be at this offset. */
  boolean canHold(long recordOffset, long word0, long word1) {
    return RecordLayout.isPossible(word0, word1)
        && canHold(recordOffset, RecordLayout.size(word0, word1));
  }

  /** Whether so many bytes from there on can be a record's. */
  boolean canHold(long recordOffset, long length) {
    return recordOffset >= RegionHeader.SIZE
        && recordOffset % Long.BYTES == 0
        && recordOffset <= regionBytes - length;
  }
}
