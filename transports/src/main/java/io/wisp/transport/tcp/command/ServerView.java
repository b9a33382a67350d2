// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.transport.GroupMembers;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a session can learn of the server that it is part of, and change about it. */
public interface ServerView {

  /** What clients must present before anything else, or null. */
  byte @Nullable [] password();

  /**
   * Lines of {@code name:value} under headings.
   *
   * @param sections the headings wanted, in lower case, or "all", "everything" or "default", which
   *     none stands for as well; "everything" alone has the map of the cluster too
   */
  String information(Set<String> sections);

  /** What there is to know of the memory now. */
  MemoryFigures memory();

  /** Counts from 0 again what CONFIG RESETSTAT resets. */
  void resetStatistics();

  /** What CONFIG GET tells, and CONFIG SET changes. */
  Configuration configuration();

  /** The clients that are connected. */
  Stream<ClientState> clients();

  /** When the server started, in ms since 1970. */
  long startedAtMillis();

  /** Seconds since the server started, or one less; to look costs nothing. */
  int second();

  /** The node of a cluster that the server is, or null. */
  @Nullable ClusterMember member();

  /** The servers that share this one's log, or null. */
  default @Nullable GroupMembers members() {
    return null;
  }

  /** The commands that took long. */
  SlowLog slowLog();

  /** When commands took long. */
  LatencyHistory latency();
}
