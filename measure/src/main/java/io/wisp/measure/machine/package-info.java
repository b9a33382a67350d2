// SPDX-License-Identifier: Apache-2.0
/** The cores of the machine, and who runs on which. */
@NullMarked
package io.wisp.measure.machine;

import org.jspecify.annotations.NullMarked;
