// SPDX-License-Identifier: Apache-2.0
/**
 * The table of Wisp: bucketised cuckoo hashing over one region of memory, which remote readers may
 * read too. {@code FORMAT.md} in this module describes every byte that they rely on.
 */
@NullMarked
package io.wisp.store.cuckoo;

import org.jspecify.annotations.NullMarked;
