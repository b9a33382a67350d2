// SPDX-License-Identifier: Apache-2.0
/**
 * A log of the writes of a store, kept by Apache Ratis. Alone, a server makes what it acknowledges
 * last by it ({@link io.wisp.replication.RaftWriteLog}); several share one, and go on without a
 * part of them ({@link io.wisp.replication.GroupLog}). The README of this module says what is
 * promised.
 */
@NullMarked
package io.wisp.replication;

import org.jspecify.annotations.NullMarked;
