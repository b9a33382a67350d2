// SPDX-License-Identifier: Apache-2.0
/** Which keys a load asks for: YCSB's ways to choose them, and their bytes. */
@NullMarked
package io.wisp.cli.perf.keys;

import org.jspecify.annotations.NullMarked;
