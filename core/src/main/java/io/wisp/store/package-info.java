// SPDX-License-Identifier: Apache-2.0
/** What a key-value store is: its operations, their outcomes and limits. No I/O and no threads. */
@NullMarked
package io.wisp.store;

import org.jspecify.annotations.NullMarked;
