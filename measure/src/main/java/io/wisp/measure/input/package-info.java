// SPDX-License-Identifier: Apache-2.0
/**
 * What a user says, read and checked: sizes, times, ranges, and the errors that name what was
 * wrong.
 */
@NullMarked
package io.wisp.measure.input;

import org.jspecify.annotations.NullMarked;
