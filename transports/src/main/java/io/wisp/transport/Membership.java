// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.ClusterMember;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A server as one of several that share a log.
 *
 * @param member which node it is; the other nodes of its shard share the log with it. It is told
 *     who of them is the master, and who they are when that changes
 * @param host where it listens for the others
 * @param isNew whether it has never had a folder before, and begins with the others. One that had
 *     must not begin with an empty one: it may have voted, or said that it has a write, and would
 *     not know
 * @param joins the group that it comes to later, with a folder that is new and under an identifier
 *     that is; null if it has a folder, or begins with the others
 * @param onLeft is told, in any thread, when the server has left the others for good and is to end
 */
public record Membership(
    ClusterMember member, String host, boolean isNew, @Nullable UUID joins, Runnable onLeft) {

  /** One that has a folder, or begins with the others. */
  public Membership(ClusterMember member, String host, boolean isNew, Runnable onLeft) {
    this(member, host, isNew, null, onLeft);
  }
}
