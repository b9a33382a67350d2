// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("rdma")
class ClosingTest {

  private static final int RACES = 30;

  /** One object of each kind, all depending on each other as much as they can. */
  private static List<VerbsObject> family(Arena arena) {
    Context context = Verbs.open();
    LocalPort port = context.selectPort();
    ProtectionDomain domain = context.createProtectionDomain();
    MemoryRegion region = domain.register(arena.allocate(4096, 4096), Loopback.EVERYTHING);
    CompletionChannel channel = context.createCompletionChannel();
    CompletionQueue queue = context.createCompletionQueue(16, channel, 0);
    SharedReceiveQueue shared = domain.createSharedReceiveQueue(16, 1);
    QueuePair pair =
        domain.createQueuePair(
            new QueuePairOptions(QueuePairType.RC, queue).sharedReceiveQueue(shared));
    pair.init(port, Loopback.EVERYTHING);
    QueuePairAddress address = pair.address(port);
    pair.connect(port, address, address, ConnectionOptions.DEFAULT);
    AddressHandle handle = domain.createAddressHandle(port, address);
    queue.requestNotification(false);
    ReceiveBatch receives = new ReceiveBatch(1);
    shared.post(receives, 1);
    SendBatch sends = new SendBatch(1);
    sends.flags(0, SendFlags.SIGNALED);
    pair.post(sends, 1);
    return new ArrayList<>(List.of(context, domain, region, channel, queue, shared, pair, handle));
  }

  private static <T> void permute(List<T> items, int from, List<List<T>> into) {
    if (from == items.size()) {
      into.add(List.copyOf(items));
      return;
    }
    for (int i = from; i < items.size(); i++) {
      Collections.swap(items, from, i);
      permute(items, from + 1, into);
      Collections.swap(items, from, i);
    }
  }

  @Test
  void shouldCloseInEveryOrder() {
    List<List<Integer>> orders = new ArrayList<>();
    // Without the context: when it is closed first, nothing is left to order.
    permute(new ArrayList<>(List.of(1, 3, 4, 5, 6)), 0, orders);
    try (Arena arena = Arena.ofShared()) {
      for (List<Integer> order : orders) {
        List<VerbsObject> family = family(arena);
        for (int index : order) {
          family.get(index).close();
          assertThat(family.get(index).isClosed()).isTrue();
        }
        family.getFirst().close();
        assertThat(family).allMatch(VerbsObject::isClosed);
      }
    }
  }

  @Test
  void shouldCloseInAnyOrderAndTwice() {
    Random random = new Random(7);
    try (Arena arena = Arena.ofShared()) {
      for (int round = 0; round < 100; round++) {
        List<VerbsObject> family = family(arena);
        Collections.shuffle(family, random);
        family.forEach(VerbsObject::close);
        family.forEach(VerbsObject::close);
        assertThat(family).allMatch(VerbsObject::isClosed);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldRefuseUseAfterCloseByName() {
    Loopback loopback = new Loopback(QueuePairType.RC);
    CompletionChannel channel = loopback.context.createCompletionChannel();
    CompletionQueue queue = loopback.context.createCompletionQueue(1, channel, 0);
    SharedReceiveQueue shared = loopback.domain.createSharedReceiveQueue(1, 1);
    QueuePair pair = loopback.nearPair;
    QueuePairAddress address = pair.address(loopback.port);
    SendBatch sends = new SendBatch(1);
    ReceiveBatch receives = new ReceiveBatch(1);
    WorkCompletions completions = new WorkCompletions(1);
    MemorySegment memory = Arena.ofAuto().allocate(8);
    QueuePairOptions options = new QueuePairOptions(QueuePairType.RC, queue);
    String device = loopback.context.device().name();
    Map<String, Map<String, ThrowingCallable>> uses = new LinkedHashMap<>();
    uses.put(
        "queue pair " + pair.number(),
        Map.of(
            "post sends",
            () -> pair.post(sends, 1),
            "post receives",
            () -> pair.post(receives, 1),
            "modify",
            pair::fail,
            "query",
            pair::query));
    uses.put(
        "a completion queue",
        Map.of(
            "poll", () -> queue.poll(completions),
            "notify", () -> queue.requestNotification(false),
            "capacity", queue::capacity,
            "resize", () -> queue.resize(2)));
    uses.put(
        "a shared receive queue",
        Map.of(
            "post", () -> shared.post(receives, 1),
            "query", shared::query,
            "limit", () -> shared.limit(1)));
    uses.put(
        "a completion channel",
        Map.of("await", () -> channel.awaitEvent(0), "wake", channel::wakeUp));
    uses.put(
        "a protection domain",
        Map.of(
            "register", () -> loopback.domain.register(memory),
            "queue pair", () -> loopback.domain.createQueuePair(options),
            "shared queue", () -> loopback.domain.createSharedReceiveQueue(1, 1),
            "address", () -> loopback.domain.createAddressHandle(loopback.port, address)));
    uses.put(
        "the context",
        Map.of(
            "port", () -> loopback.context.queryPort(1),
            "gids", () -> loopback.context.gids(1),
            "domain", loopback.context::createProtectionDomain,
            "queue", () -> loopback.context.createCompletionQueue(1),
            "channel", loopback.context::createCompletionChannel,
            "event", () -> loopback.context.awaitEvent(0),
            "key", () -> loopback.context.queryPartitionKey(1, 0)));
    loopback.close();
    return uses.entrySet().stream()
        .flatMap(
            object ->
                object.getValue().entrySet().stream()
                    .map(
                        use ->
                            DynamicTest.dynamicTest(
                                object.getKey() + ": " + use.getKey(),
                                () ->
                                    assertThatThrownBy(use.getValue())
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessage(
                                            object.getKey() + " of " + device + " is closed"))));
  }

  @Test
  void shouldRefuseToMakeAQueuePairOfAClosedCompletionQueue() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      CompletionQueue queue = loopback.context.createCompletionQueue(1);
      queue.close();
      assertThatThrownBy(
              () ->
                  loopback.domain.createQueuePair(
                      new QueuePairOptions(QueuePairType.RC, loopback.nearQueue, queue)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("a completion queue of ");
    }
  }

  @Test
  void shouldEndOtherThreadsUseWhenClosedUnderThem() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (int race = 0; race < RACES; race++) {
        race(threads, race % 2 == 0);
      }
    }
  }

  private static void race(ExecutorService threads, boolean queueFirst) throws Exception {
    Loopback loopback = new Loopback(QueuePairType.RC);
    CountDownLatch working = new CountDownLatch(3);
    WorkCompletions completions = new WorkCompletions(16);
    ReceiveBatch receives = new ReceiveBatch(1);
    SendBatch sends = new SendBatch(1);
    sends
        .local(0, loopback.near.address(), 64, loopback.near.lkey())
        .write(0, loopback.far.address(), loopback.far.rkey())
        .flags(0, SendFlags.SIGNALED);
    Future<String> poller =
        threads.submit(() -> useUntilClosed(working, () -> loopback.nearQueue.poll(completions)));
    Future<String> receiver =
        threads.submit(() -> useUntilClosed(working, () -> loopback.farPair.post(receives, 1)));
    Future<String> sender =
        threads.submit(() -> useUntilClosed(working, () -> loopback.nearPair.post(sends, 1)));
    working.await();
    if (queueFirst) {
      loopback.nearQueue.close();
    }
    loopback.close();
    assertThat(poller.get()).startsWith("a completion queue of ").endsWith(" is closed");
    assertThat(receiver.get()).startsWith("queue pair ").endsWith(" is closed");
    assertThat(sender.get()).startsWith("queue pair ").endsWith(" is closed");
  }

  private static String useUntilClosed(CountDownLatch working, Runnable use) {
    boolean counted = false;
    while (true) {
      try {
        use.run();
      } catch (IllegalStateException closed) {
        return String.valueOf(closed.getMessage());
      } catch (VerbsException full) {
        // Nobody takes completions away in time, or nobody sends: the queues fill.
        Thread.onSpinWait();
      }
      if (!counted) {
        counted = true;
        working.countDown();
      }
    }
  }
}
