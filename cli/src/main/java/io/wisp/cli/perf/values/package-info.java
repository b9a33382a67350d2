// SPDX-License-Identifier: Apache-2.0
/** What a load writes: sizes of values, and contents that prove themselves when they are read. */
@NullMarked
package io.wisp.cli.perf.values;

import org.jspecify.annotations.NullMarked;
