// SPDX-License-Identifier: Apache-2.0
/** The wisp command: server, shell and perf client. */
@NullMarked
package io.wisp.cli;

import org.jspecify.annotations.NullMarked;
