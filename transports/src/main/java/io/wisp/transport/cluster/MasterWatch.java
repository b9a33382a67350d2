// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import io.wisp.transport.Waiting;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * By which a node learns who the masters of other shards are, and which slots have moved between
 * these, so that clients who ask it are sent there. A thread asks one node of another shard about
 * once a second, as a client of tcp would, and takes from its map what is later. It is another node
 * each time, drawn by lot: so each node is asked about once a second, however many there are; and
 * since those who are asked have asked others, those who know of a change are twice as many a
 * second later.
 *
 * <p>It asks for the map and nothing else, because a node answers on a thread that serves others
 * meanwhile. A node that does not answer costs this thread a second or two, one for connecting and
 * one for the map; a host whose name nobody resolves costs it as long as the system looks for it,
 * which may be half a minute. Nobody else waits for that: only news come later. Of the own shard it
 * learns nothing: that is for {@link ClusterMember#follow} alone to say.
 */
public final class MasterWatch implements AutoCloseable {

  /** At least; at most three times as long, so that nodes that start together ask apart. */
  private static final long PAUSE_MILLIS = 500;

  private static final Duration ANSWER_TIME = Duration.ofSeconds(1);

  /** When no node has answered for so long, the operator is told. */
  private static final long SILENCE_SECONDS = 10;

  private final ClusterMember member;
  private final ClientOptions options;
  private final Consumer<String> notices;
  private final long silenceNanos;
  private final Transport tcp = Transports.named("tcp");
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable NodeClient asked;
  private long answeredAt;
  private boolean toldOfSilence;

  /** One that does not ask yet. */
  MasterWatch(
      ClusterMember member,
      @Nullable String password,
      Consumer<String> notices,
      Duration silence,
      UncaughtExceptionHandler onThreadLost) {
    this.member = member;
    this.notices = notices;
    silenceNanos = silence.toNanos();
    options =
        ClientOptions.defaults()
            .withTimeout(ANSWER_TIME)
            .withPassword(password)
            .withMaxOutstanding(1)
            .withWaiting(Waiting.SLEEP);
    thread =
        Thread.ofPlatform()
            .name("wisp-masters")
            .daemon()
            .uncaughtExceptionHandler(onThreadLost)
            .unstarted(this::run);
  }

  /**
   * That of a server, which does not ask yet.
   *
   * @param options of the server; other nodes want the same password
   * @param notices is told, in a sentence, when no other node has answered for long
   * @return null if all masters are known, because no other shard has replicas, and no slots move,
   *     because the server logs no writes
   */
  public static @Nullable MasterWatch of(ServerOptions options, Consumer<String> notices) {
    ClusterMember member = options.member();
    if (member == null) {
      return null;
    }
    boolean mayMove = options.writeLog() != null && !others(member.place()).isEmpty();
    if (!mayMove && !othersHaveReplicas(member.place())) {
      return null;
    }
    Duration silence = Duration.ofSeconds(SILENCE_SECONDS);
    return new MasterWatch(member, options.password(), notices, silence, options.onThreadLost());
  }

  private static boolean othersHaveReplicas(ClusterMember.Place place) {
    ClusterMap map = place.map();
    for (int i = 0; i < map.nodes().size(); i++) {
      int master = map.masterIndex(i);
      if (master != i && master != map.masterIndex(place.index())) {
        return true;
      }
    }
    return false;
  }

  /** Begins to ask. */
  public void start() {
    thread.start();
  }

  private void run() {
    answeredAt = System.nanoTime();
    try {
      do {
        ask();
      } while (!stop.await(pauseMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long pauseMillis() {
    return PAUSE_MILLIS + ThreadLocalRandom.current().nextLong(2 * PAUSE_MILLIS);
  }

  private void ask() {
    List<ClusterNode> others = others(member.place());
    if (others.isEmpty()) {
      return;
    }
    ClusterNode node = others.get(ThreadLocalRandom.current().nextInt(others.size()));
    try (NodeClient client = new NodeClient(node, tcp, options, this::learn)) {
      asked = client;
      // Whoever connects is told the map.
      var _ = client.client();
      answeredAt = System.nanoTime();
      toldOfSilence = false;
    } catch (RuntimeException e) {
      // It is down, or refuses, or this watch is closed; the next one will be another.
      tellOfSilence(e);
    } catch (OutOfMemoryError e) {
      // What is known goes on to hold, and the server must not end for want of news.
    }
  }

  /** All nodes of other shards, those without replicas too: so none is asked more than others. */
  private static List<ClusterNode> others(ClusterMember.Place place) {
    ClusterMap map = place.map();
    int own = map.masterIndex(place.index());
    List<ClusterNode> others = new ArrayList<>();
    for (int i = 0; i < map.nodes().size(); i++) {
      if (map.masterIndex(i) != own) {
        others.add(map.nodes().get(i));
      }
    }
    return others;
  }

  private void learn(ClusterMap told) {
    if (!told.isOfSameFile(member.map())) {
      throw new TransportException("it was started with another file of the cluster");
    }
    member.replace(told);
  }

  private void tellOfSilence(RuntimeException why) {
    boolean isOver = stop.getCount() == 0;
    if (isOver || toldOfSilence || System.nanoTime() - answeredAt < silenceNanos) {
      return;
    }
    toldOfSilence = true;
    notices.accept(
        ("no node of another shard has answered for %s s, so this one may send clients to masters"
                + " of those that are none any more; all nodes want the same password and file: %s")
            .formatted(TimeUnit.NANOSECONDS.toSeconds(silenceNanos), why.getMessage()));
  }

  /**
   * Has the thread end, without waiting for it: at the latest when the node that is being asked has
   * had its time, and the system its own to find the host.
   */
  @Override
  public void close() {
    stop.countDown();
    NodeClient current = asked;
    if (current != null) {
      current.close();
    }
  }
}
