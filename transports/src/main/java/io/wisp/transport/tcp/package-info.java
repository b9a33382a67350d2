// SPDX-License-Identifier: Apache-2.0
/**
 * RESP, the protocol of Redis, over TCP sockets: a server that every Redis client can talk to, and
 * a client that can talk to every Redis-compatible server.
 *
 * <p>{@link io.wisp.transport.tcp.RespSession} knows the protocol and no sockets: it takes bytes
 * from one {@link io.wisp.transport.tcp.NativeBuffer} and puts bytes into another. {@link
 * io.wisp.transport.tcp.EventLoop} and {@link io.wisp.transport.tcp.Connection} know sockets and
 * nothing of the protocol.
 */
@NullMarked
package io.wisp.transport.tcp;

import org.jspecify.annotations.NullMarked;
