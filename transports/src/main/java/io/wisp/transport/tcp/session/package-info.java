// SPDX-License-Identifier: Apache-2.0
/**
 * One client's conversation without sockets: {@link io.wisp.transport.tcp.session.RespSession}
 * takes bytes from one buffer, executes the requests that it finds, and appends the replies to
 * another.
 */
@NullMarked
package io.wisp.transport.tcp.session;

import org.jspecify.annotations.NullMarked;
