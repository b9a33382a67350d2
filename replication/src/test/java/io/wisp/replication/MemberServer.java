// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.Membership;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member of a group in this process, with a store and a tcp server of its own. */
final class MemberServer implements AutoCloseable {

  private static final int MEBIBYTE = 1 << 20;

  final ClusterMember member;
  final CuckooStore store;
  final GroupLog log;
  private final Server server;

  MemberServer(Path folder, Membership membership, Consumer<String> notices) throws IOException {
    this(folder, membership, notices, 32 * MEBIBYTE);
  }

  MemberServer(Path folder, Membership membership, Consumer<String> notices, long memory)
      throws IOException {
    member = membership.member();
    store = CuckooStore.open(memory);
    try {
      log = GroupLog.open(folder, store, membership, notices, MEBIBYTE);
    } catch (Throwable failed) {
      store.close();
      throw failed;
    }
    Endpoint endpoint = new Endpoint(membership.host(), member.node().port());
    ServerOptions options = ServerOptions.at(endpoint).withMember(member).withWriteLog(log);
    server = Transports.named("tcp").serve(store, options);
  }

  @Nullable String get(String key) {
    byte[] value = store.get(key.getBytes(UTF_8));
    return value == null ? null : new String(value, UTF_8);
  }

  GroupMembers group() {
    return log.members();
  }

  /** What it tells of the group in a line. */
  String said(String line) {
    return Objects.requireNonNull(group().description().get(line));
  }

  @Override
  public void close() {
    server.close();
    log.close();
    store.close();
  }
}
