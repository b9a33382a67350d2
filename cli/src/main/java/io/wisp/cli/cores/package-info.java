// SPDX-License-Identifier: Apache-2.0
/** The cores of the machine that this process may run on, by {@code --cores}. */
@NullMarked
package io.wisp.cli.cores;

import org.jspecify.annotations.NullMarked;
