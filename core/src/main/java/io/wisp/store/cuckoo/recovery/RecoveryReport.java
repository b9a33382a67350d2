// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import java.time.Duration;

/**
 * What a process found in a kept region, and what it made of it.
 *
 * @param wasClosed whether the table was closed in an orderly way; then nothing was under way
 * @param machineEnded whether it was in use when the machine ended, or on another machine: then of
 *     what was written only a part may be there, which no check can tell
 * @param entries records that were kept
 * @param bytes of those records
 * @param finished of those, the ones whose write was under way and is finished, or whose
 *     replacement or deletion was under way and is undone
 * @param redoneWords words of a batch or of a change of an expiry that were stored for it
 * @param unfinished records that were being created, of which nobody was told; they were dropped
 * @param doubled slots cleared because another one has the record: entries that were being moved
 * @param damaged slots that named no whole record of their key, which were dropped; a process that
 *     ends leaves none
 * @param time that it took
 */
public record RecoveryReport(
    boolean wasClosed,
    boolean machineEnded,
    long entries,
    long bytes,
    long finished,
    long redoneWords,
    long unfinished,
    long doubled,
    long damaged,
    Duration time) {}
