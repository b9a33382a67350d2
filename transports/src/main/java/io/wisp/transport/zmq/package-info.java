// SPDX-License-Identifier: Apache-2.0
/**
 * The ZeroMQ transport: a ROUTER in the server, a DEALER in the client, one frame of the binary
 * protocol a message.
 *
 * <p>Who runs where. JeroMQ's I/O thread reads and writes the sockets and parses ZMTP; it calls
 * {@link io.wisp.transport.zmq.ZmqConnections} when a connection comes or goes and {@link
 * io.wisp.transport.zmq.InboundFrames} for the memory of each frame that a peer announces. The
 * thread of {@link io.wisp.transport.zmq.RequestLoop} owns the ROUTER and executes requests. There
 * is one of each a server: a ROUTER is one thread's, one executor keeps each client's replies in
 * the order of its requests, and with one I/O thread each connection gets frame memory of its own
 * account.
 *
 * <p>What bounds a peer. JeroMQ's options and hooks bound the length of a frame and the time of a
 * handshake, and its allocator and its events let us bound the connections and the memory of all
 * frames together. The rest cannot be had of JeroMQ 0.6.0 but by overriding methods of its {@code
 * Msg}:
 *
 * <ul>
 *   <li>{@code setMetadata}, which is called for each complete frame: the number of frames of a
 *       message, which reaches the ROUTER as a whole only; how long a frame may take to arrive; the
 *       length of frames before the password; and the closing of a connection whose announcement
 *       got no memory. No event says whose frame it is, or that it is complete.
 *   <li>{@code setFlags}: the memory of commands, for JeroMQ may throw at one before it calls the
 *       above, and delivers none.
 *   <li>{@code buf} of a reply: the bytes of replies that one peer has not taken. JeroMQ's own mark
 *       counts messages, and ROUTER drops what exceeds it.
 * </ul>
 *
 * <p>Beside these {@link io.wisp.transport.zmq.ConnectionNudge} uses JeroMQ's {@code Poller}, since
 * a connection is lost now and then without it. The classes are those of JeroMQ's package {@code
 * zmq}: a socket of {@code org.zeromq} throws where ROUTER merely finds that a peer is gone.
 */
@NullMarked
package io.wisp.transport.zmq;

import org.jspecify.annotations.NullMarked;
