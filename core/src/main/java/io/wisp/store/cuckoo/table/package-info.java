// SPDX-License-Identifier: Apache-2.0
/**
 * The index: buckets that point at records, the locks of their writers, and how they become more or
 * fewer.
 */
@NullMarked
package io.wisp.store.cuckoo.table;

import org.jspecify.annotations.NullMarked;
