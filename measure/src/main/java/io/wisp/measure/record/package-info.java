// SPDX-License-Identifier: Apache-2.0
/** What a run leaves behind: its conditions, its figures, its folder. */
@NullMarked
package io.wisp.measure.record;

import org.jspecify.annotations.NullMarked;
