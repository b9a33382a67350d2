// SPDX-License-Identifier: Apache-2.0
/**
 * The records: their bytes, the segments that new ones are appended to, and the compaction that
 * wins the memory of dead ones back.
 */
@NullMarked
package io.wisp.store.cuckoo.log;

import org.jspecify.annotations.NullMarked;
