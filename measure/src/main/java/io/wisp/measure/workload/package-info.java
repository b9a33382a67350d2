// SPDX-License-Identifier: Apache-2.0
/**
 * What is asked for: which keys, how often each, which operations, and values that prove
 * themselves.
 */
@NullMarked
package io.wisp.measure.workload;

import org.jspecify.annotations.NullMarked;
