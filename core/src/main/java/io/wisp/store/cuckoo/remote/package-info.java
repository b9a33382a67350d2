// SPDX-License-Identifier: Apache-2.0
/**
 * The reader's half: looks keys up in a table that is read from elsewhere, by RDMA or from memory
 * that is shared, and trusts nothing that it reads.
 */
@NullMarked
package io.wisp.store.cuckoo.remote;

import org.jspecify.annotations.NullMarked;
