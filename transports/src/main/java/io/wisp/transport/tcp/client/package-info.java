// SPDX-License-Identifier: Apache-2.0
/** The client, which speaks to every server of RESP. */
@NullMarked
package io.wisp.transport.tcp.client;

import org.jspecify.annotations.NullMarked;
