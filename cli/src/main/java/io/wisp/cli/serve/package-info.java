// SPDX-License-Identifier: Apache-2.0
/** {@code wisp -s}: every transport that this machine can run, over one store. */
@NullMarked
package io.wisp.cli.serve;

import org.jspecify.annotations.NullMarked;
