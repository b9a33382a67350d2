// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.log.SegmentLengths;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.table.Index;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Goes over all segments, by as many threads as the streams of the caller have. Each step is done
 * for all of them whatever comes of one, so that no thread decides what another one still does.
 */
final class SegmentChecks {

  private final MemorySegment memory;
  private final Index index;
  private final WordSet named;
  private final WordSet confirmed;
  private final RecoveryCounts counts;
  private final List<SegmentCheck> checks;

  /**
   * The segments of a region.
   *
   * @param starts their first pages
   * @param named the records that slots name; those are removed that are not their keys'
   * @param confirmed where the slots are added that name their keys' records
   */
  SegmentChecks(
      MemorySegment memory,
      Geometry geometry,
      Index index,
      SegmentLengths lengths,
      List<Integer> starts,
      WordSet named,
      WordSet confirmed,
      RecoveryCounts counts) {
    this.memory = memory;
    this.index = index;
    this.named = named;
    this.confirmed = confirmed;
    this.counts = counts;
    checks =
        starts.stream()
            .map(page -> new SegmentCheck(memory, geometry, page, (int) lengths.get(page)))
            .toList();
  }

  /**
   * Judges the records that slots name.
   *
   * @throws UnrecoverableException if there is a segment that cannot be one, for the first of these
   */
  void judge() {
    forEach(this::judge);
  }

  private void judge(SegmentCheck check) {
    RecordJudge judge = new RecordJudge(memory, index, confirmed);
    check.judge(new RecordBatch(memory, index, named, judge), named, judge);
    judge.addTo(counts);
  }

  /**
   * Marks dead what lies before the first record of each and behind its last, which {@link #judge}
   * leaves as it is.
   *
   * @throws UnrecoverableException as there
   */
  void buryRest() {
    forEach(SegmentCheck::buryRest);
  }

  /** Those in which something lives, in the order in which they lie. */
  List<Segment> segments() {
    return checks.stream().map(SegmentCheck::left).filter(Objects::nonNull).toList();
  }

  private void forEach(Consumer<SegmentCheck> step) {
    List<UnrecoverableException> refusals =
        checks.parallelStream()
            .map(check -> refusal(check, step))
            .flatMap(Optional::stream)
            .toList();
    if (!refusals.isEmpty()) {
      throw refusals.getFirst();
    }
  }

  private static Optional<UnrecoverableException> refusal(
      SegmentCheck check, Consumer<SegmentCheck> step) {
    try {
      step.accept(check);
      return Optional.empty();
    } catch (UnrecoverableException refused) {
      return Optional.of(refused);
    }
  }
}
