// SPDX-License-Identifier: Apache-2.0
/**
 * The one run of memory that a table lives in: where it comes from, its header, its division into
 * pages, and how its bytes are loaded, stored, compared and hashed.
 */
@NullMarked
package io.wisp.store.cuckoo.region;

import org.jspecify.annotations.NullMarked;
