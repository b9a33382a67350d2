// SPDX-License-Identifier: Apache-2.0
/**
 * RESP, the protocol of Redis, over TCP sockets: a server that every Redis client can talk to, and
 * a client that can talk to every Redis-compatible server.
 *
 * <p>This room knows sockets and nothing of the protocol: {@link io.wisp.transport.tcp.TcpServer}
 * and its {@link io.wisp.transport.tcp.EventLoop}s move bytes between each {@link
 * io.wisp.transport.tcp.TcpConnection} and its session. The rooms below, each of which knows only
 * those after it: {@code session} turns bytes into commands, {@code command} runs them, {@code
 * resp} reads and writes the protocol's elements, {@code buffer} is the memory. The {@code client}
 * stands beside the server and knows {@code resp} and {@code buffer}.
 */
@NullMarked
package io.wisp.transport.tcp;

import org.jspecify.annotations.NullMarked;
