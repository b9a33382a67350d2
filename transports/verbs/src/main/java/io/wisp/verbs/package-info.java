// SPDX-License-Identifier: Apache-2.0
/**
 * RDMA from Java: libibverbs by foreign function calls, with no C in between.
 *
 * <p>Start at {@link io.wisp.verbs.Verbs}, which says whether this machine has a device and opens
 * it; everything else is made by a {@link io.wisp.verbs.Context} or a {@link
 * io.wisp.verbs.ProtectionDomain}.
 *
 * <h2>Closing</h2>
 *
 * Every object that stands for a native one is a {@link io.wisp.verbs.VerbsObject}, which says what
 * closing it does. Any order will do. Nothing is closed by the garbage collector.
 *
 * <h2>Threads</h2>
 *
 * Any method of a {@link io.wisp.verbs.VerbsObject} may be called by any thread at any time, {@code
 * close} included: closing makes calls that begin later fail, waits for those that are under way
 * (none of them waits for a peer; a wait for an event is woken) and only then frees anything. That
 * costs a call two atomic additions to a counter of its own object, and neither a lock nor an
 * allocation. Where several threads post to one queue or poll one completion queue, the library
 * orders them with spin locks.
 *
 * <p>Batches and completions ({@link io.wisp.verbs.SendBatch}, {@link io.wisp.verbs.ReceiveBatch},
 * {@link io.wisp.verbs.WorkCompletions}) belong to one thread at a time. They are memory alone,
 * need not be closed, and outlive any device.
 *
 * <p>The memory of a {@link io.wisp.verbs.MemoryRegion} stays its owner's, who must not free it
 * before the region is closed: until then the device may write to it.
 *
 * <h2>Errors</h2>
 *
 * A failing call is a {@link io.wisp.verbs.VerbsException} with its name, arguments, error and
 * likely cure. A request that fails later is a completion with a {@link
 * io.wisp.verbs.CompletionStatus}. Wrong arguments are {@link java.lang.IllegalArgumentException}s.
 */
@NullMarked
package io.wisp.verbs;

import org.jspecify.annotations.NullMarked;
