// SPDX-License-Identifier: Apache-2.0
/** {@code wisp -c HOST}: put, get, del and more, by hand, from a pipe or from the command line. */
@NullMarked
package io.wisp.cli.shell;

import org.jspecify.annotations.NullMarked;
