// SPDX-License-Identifier: Apache-2.0
/** What a run leaves behind: its folder, the files in it, and the table printed at its end. */
@NullMarked
package io.wisp.bench.results;

import org.jspecify.annotations.NullMarked;
