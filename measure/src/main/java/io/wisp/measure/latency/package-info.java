// SPDX-License-Identifier: Apache-2.0
/** What became of requests, and how long they took. */
@NullMarked
package io.wisp.measure.latency;

import org.jspecify.annotations.NullMarked;
