// SPDX-License-Identifier: Apache-2.0
/** {@code wisp cluster}: who shares a log, and how others come and go. */
@NullMarked
package io.wisp.cli.members;

import org.jspecify.annotations.NullMarked;
