// SPDX-License-Identifier: Apache-2.0
/** Transports for tests, inside the process. */
@NullMarked
package io.wisp.cli.fake;

import org.jspecify.annotations.NullMarked;
