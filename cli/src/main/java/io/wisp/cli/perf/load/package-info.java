// SPDX-License-Identifier: Apache-2.0
/**
 * Clients under load: in a closed loop, where the next request waits for the last reply, and in an
 * open one, where requests are due at times of their own.
 */
@NullMarked
package io.wisp.cli.perf.load;

import org.jspecify.annotations.NullMarked;
