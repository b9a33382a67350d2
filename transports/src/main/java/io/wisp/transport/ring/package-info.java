// SPDX-License-Identifier: Apache-2.0
/**
 * What clients and servers that reach into each other's memory share, whatever carries the bytes:
 * frames and the rings they travel in, and the little that {@code shm} and {@code rdma} implement.
 * {@code MEMORY.md} of the transports describes the protocol.
 *
 * <p>The way of a request: {@code RingClient} writes it as a frame into its {@code OutgoingRing}
 * and has its {@code RemoteMemory} write that to the server, with a notification. There an {@code
 * IoThread}, woken by its {@code Port}, has the connection's {@code ServerConnection} take it from
 * the {@code IncomingRing}, execute it and write the reply the same way back. A get need not go
 * that way: {@code OneSidedGets} reads the server's table instead.
 */
@NullMarked
package io.wisp.transport.ring;

import org.jspecify.annotations.NullMarked;
