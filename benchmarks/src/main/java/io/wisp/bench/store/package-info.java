// SPDX-License-Identifier: Apache-2.0
/** Wisp's table against other maps, inside one process. */
@NullMarked
package io.wisp.bench.store;

import org.jspecify.annotations.NullMarked;
