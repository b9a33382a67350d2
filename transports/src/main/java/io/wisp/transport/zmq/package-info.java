// SPDX-License-Identifier: Apache-2.0
/**
 * The ZeroMQ transport: a ROUTER in the server, a DEALER in the client, one frame of the binary
 * protocol a message.
 *
 * <p>Who runs where. JeroMQ's I/O thread reads and writes the sockets and parses ZMTP; it calls
 * {@link io.wisp.transport.zmq.Connections} when a connection comes or goes and {@link
 * io.wisp.transport.zmq.InboundFrames} for the memory of each frame that a peer announces. The
 * thread of {@link io.wisp.transport.zmq.RequestLoop} owns the ROUTER and executes requests. There
 * is one of each a server: a ROUTER is one thread's, one executor keeps each client's replies in
 * the order of its requests, and with one I/O thread each connection gets frame memory of its own
 * account.
 */
@NullMarked
package io.wisp.transport.zmq;

import org.jspecify.annotations.NullMarked;
