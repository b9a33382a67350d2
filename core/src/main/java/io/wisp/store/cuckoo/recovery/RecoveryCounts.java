// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What the threads of a recovery count. */
final class RecoveryCounts {

  final LongAdder misfits = new LongAdder();
  final LongAdder strays = new LongAdder();
  final LongAdder entries = new LongAdder();
  final LongAdder expiring = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder finished = new LongAdder();
  final LongAdder unfinished = new LongAdder();
  final LongAdder doubled = new LongAdder();
  final LongAdder damaged = new LongAdder();
  final LongAccumulator lastVersion = new LongAccumulator(Math::max, 0);
}
