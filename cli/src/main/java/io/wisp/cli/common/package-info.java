// SPDX-License-Identifier: Apache-2.0
/** What server, shell and perf client share: choosing a transport, reading amounts, reporting. */
@NullMarked
package io.wisp.cli.common;

import org.jspecify.annotations.NullMarked;
