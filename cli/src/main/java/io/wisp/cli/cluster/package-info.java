// SPDX-License-Identifier: Apache-2.0
/** {@code wisp cluster}: who shares a log, how others come and go, and how slots move. */
@NullMarked
package io.wisp.cli.cluster;

import org.jspecify.annotations.NullMarked;
