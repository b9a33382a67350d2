// SPDX-License-Identifier: Apache-2.0
/** The load that a client puts on a server: which keys, which operations, in what order. */
@NullMarked
package io.wisp.bench.load;

import org.jspecify.annotations.NullMarked;
