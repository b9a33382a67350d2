// SPDX-License-Identifier: Apache-2.0
/**
 * The protocol of clients and servers that reach into each other's memory, whatever carries the
 * bytes: {@code shm} and {@code rdma} share it. {@code MEMORY.md} of the transports describes what
 * is in the memory and on the control connection.
 *
 * <p>The way of a request: {@link io.wisp.transport.memory.MemoryClient} writes it as a frame into
 * its {@code OutgoingRing} and has its {@code RemoteMemory} write that to the server, with a
 * notification. There an {@code IoThread}, woken by its {@code Port}, has the connection's {@code
 * ServerConnection} take it from the {@code IncomingRing}, execute it and write the reply the same
 * way back. A get need not go that way: {@code OneSidedGets} reads the server's table instead.
 *
 * <p>The way of a connection: a control connection (a stream socket) carries the {@code Handshake},
 * in which the two sides tell each other where their memory is. Then it stays open, silent: its end
 * is how each side learns of the other's.
 */
@NullMarked
package io.wisp.transport.memory;

import org.jspecify.annotations.NullMarked;
