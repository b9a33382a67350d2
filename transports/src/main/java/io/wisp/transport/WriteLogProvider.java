// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens logs. Found with {@link java.util.ServiceLoader}, for what it takes is large. */
public interface WriteLogProvider {

  /**
   * Opens the log in a folder, and fills a store with what it says: before it returns, if this
   * server is alone; else when it hears from others.
   *
   * @param folder it is made if it is not there, but not that of a member that is not new
   * @param store empty, without eviction; it stays the caller's
   * @param member which node the server is, which is told what the log says of slots that move;
   *     null if it is in no cluster
   * @param membership null if the server is alone
   * @param notices takes sentences for the operator, in any thread, as long as the log is open
   * @throws IOException if that cannot be; the message says why, and what can be done
   */
  WriteLog open(
      Path folder,
      Store store,
      @Nullable ClusterMember member,
      @Nullable Membership membership,
      Consumer<String> notices)
      throws IOException;
}
