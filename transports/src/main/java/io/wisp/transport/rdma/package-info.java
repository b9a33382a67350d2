// SPDX-License-Identifier: Apache-2.0
/**
 * The memory protocol over RDMA, by libibverbs: RoCE v2 and InfiniBand.
 *
 * <p>A connection has two reliable queue pairs on each side. The <i>ring pair</i> carries WRITEs
 * into the other side's {@link io.wisp.transport.rdma.Mailbox mailbox}: frames, and credit. It
 * stands in a protection domain of its own, in which nothing else is registered for the other side,
 * so that a client can write to its own mailbox and to nothing else, whatever keys it knows or
 * guesses. The <i>read pair</i> carries READs, of the table and of long requests and replies; it
 * stands in the domain that all connections of a fabric share, where nothing is registered for
 * writing from afar.
 *
 * <p>The way of a frame: {@code RingSender} WRITEs it with immediate data, which says by how much
 * the position in the ring advanced. At the other side that completes a receive request, which
 * names no memory, after the bytes are there; {@code RdmaPort} takes the completion from the queue
 * that connections of a thread share, and finds the {@code RdmaMemory} by the number in it.
 *
 * <p>A server may have several devices. {@code ServerRails} gives each client the one that has the
 * address which the client came to. What its connections share on a device is a {@code Rail}, and
 * what a thread has of it a {@code RailPort}; the thread's {@code RdmaPort} takes completions from
 * the queues of all.
 *
 * <p>A side keeps some tens of receive requests posted. One that sends more notifications than that
 * while the other does not look is held up by the device (receiver not ready), which tries again,
 * without end, every 0.64 ms; it goes on as soon as the other looks. No other connection is held
 * up.
 */
@NullMarked
package io.wisp.transport.rdma;

import org.jspecify.annotations.NullMarked;
