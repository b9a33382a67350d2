// SPDX-License-Identifier: Apache-2.0
/**
 * The store of Wisp: bucketised cuckoo hashing over one region of memory, which remote readers may
 * read too. {@code FORMAT.md} in this module describes every byte that they rely on. This room has
 * the reads and writes of the server itself; it uses {@code table}, that uses {@code log}, and that
 * {@code region}. {@code remote} knows the bytes of all three.
 */
@NullMarked
package io.wisp.store.cuckoo;

import org.jspecify.annotations.NullMarked;
