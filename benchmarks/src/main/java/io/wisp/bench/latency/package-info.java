// SPDX-License-Identifier: Apache-2.0
/** How latencies get from the measured loop of a forked JVM into a file. */
@NullMarked
package io.wisp.bench.latency;

import org.jspecify.annotations.NullMarked;
