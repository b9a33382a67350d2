// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * A store at one moment.
 *
 * @param entries records in the store, expired and not yet reclaimed ones included
 * @param capacityBytes the memory that the store was given
 * @param indexBytes memory that the index occupies
 * @param recordBytes memory that live records occupy, headers and rounding included
 * @param freeBytes memory that is free now
 * @param loadFactor occupied share of the index's slots, 0 to 1
 * @param displacements entries moved to make room for another
 * @param growths times that the index grew by a bucket
 * @param relocations records copied to make free memory contiguous
 * @param relocatedBytes bytes of those records
 * @param wonBytes memory freed by that, beyond what the copies take
 * @param expired expired records that were reclaimed
 * @param evicted records removed to make room
 * @param expiring records that have an expiry; may be slightly off while others write
 * @param averageTimeToLive of those records, in milliseconds, as the last sweep over all of them
 *     found it; 0 before the first
 */
public record StoreStatistics(
    long entries,
    long capacityBytes,
    long indexBytes,
    long recordBytes,
    long freeBytes,
    double loadFactor,
    long displacements,
    long growths,
    long relocations,
    long relocatedBytes,
    long wonBytes,
    long expired,
    long evicted,
    long expiring,
    long averageTimeToLive) {}
