// SPDX-License-Identifier: Apache-2.0
/** The ibverbs binding by itself, between two processes, as perftest measures libibverbs. */
@NullMarked
package io.wisp.bench.verbs;

import org.jspecify.annotations.NullMarked;
