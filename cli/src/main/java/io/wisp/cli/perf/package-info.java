// SPDX-License-Identifier: Apache-2.0
/** {@code wisp -p HOST}: the original's perf test, with latencies and with its conditions. */
@NullMarked
package io.wisp.cli.perf;

import org.jspecify.annotations.NullMarked;
