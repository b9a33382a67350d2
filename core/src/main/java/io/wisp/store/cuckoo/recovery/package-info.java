// SPDX-License-Identifier: Apache-2.0
/**
 * What a process makes of the region of a kept table that another one left: it judges every record
 * that the index names, finishes or undoes what was under way, and finds out which memory is free.
 */
@NullMarked
package io.wisp.store.cuckoo.recovery;

import org.jspecify.annotations.NullMarked;
