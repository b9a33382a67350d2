// SPDX-License-Identifier: Apache-2.0
/**
 * A client of a whole cluster, over any transport: it holds one client for each node, and sends
 * each request to the node that has the key. And how a node learns of other shards, as a client of
 * theirs.
 */
@NullMarked
package io.wisp.transport.cluster;

import org.jspecify.annotations.NullMarked;
