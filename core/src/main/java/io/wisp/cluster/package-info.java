// SPDX-License-Identifier: Apache-2.0
/**
 * How keys are shared out among machines: by 16,384 slots, as in Redis Cluster, each of which a
 * node serves or nobody, and which may move from a shard to another. No I/O: who feeds the map, and
 * carries records, is somebody else's matter.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">the
 *     specification of Redis Cluster</a>
 */
@NullMarked
package io.wisp.cluster;

import org.jspecify.annotations.NullMarked;
