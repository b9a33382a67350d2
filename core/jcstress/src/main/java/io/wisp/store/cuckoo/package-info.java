// SPDX-License-Identifier: Apache-2.0
/** Questions to the table about the orders in which threads can see its stores. */
@NullMarked
package io.wisp.store.cuckoo;

import org.jspecify.annotations.NullMarked;
