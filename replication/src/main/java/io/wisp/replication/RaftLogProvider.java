// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.SlotLedger;
import io.wisp.store.Store;
import io.wisp.transport.Membership;
import io.wisp.transport.WriteLog;
import io.wisp.transport.WriteLogProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens logs by Ratis. */
public final class RaftLogProvider implements WriteLogProvider {

  /** For tests, which want snapshots of small stores. */
  private static final long SNAPSHOT_BYTES =
      Long.getLong("wisp.data.snapshotBytes", RaftWriteLog.LEAST_SNAPSHOT_BYTES);

  @Override
  public WriteLog open(
      Path folder,
      Store store,
      @Nullable ClusterMember member,
      @Nullable Membership membership,
      Consumer<String> notices)
      throws IOException {
    return membership == null
        ? RaftWriteLog.open(folder, store, new SlotLedger(member), notices, SNAPSHOT_BYTES)
        : GroupLog.open(folder, store, membership, notices, SNAPSHOT_BYTES);
  }
}
