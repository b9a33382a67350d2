// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.store.Store;
import io.wisp.transport.WriteLog;
import io.wisp.transport.WriteLogProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens logs by Ratis. */
public final class RaftLogProvider implements WriteLogProvider {

  @Override
  public WriteLog open(Path folder, Store store, Consumer<String> notices) throws IOException {
    return RaftWriteLog.open(folder, store, notices, RaftWriteLog.LEAST_SNAPSHOT_BYTES);
  }
}
