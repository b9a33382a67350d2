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
    Context context = loopback.context;
    ProtectionDomain domain = loopback.domain;
    CompletionChannel channel = context.createCompletionChannel();
    CompletionQueue queue = context.createCompletionQueue(1, channel, 0);
    SharedReceiveQueue shared = domain.createSharedReceiveQueue(1, 1);
    QueuePair pair = loopback.nearPair;
    QueuePairAddress address = pair.address(loopback.port);
    SendBatch sends = new SendBatch(1);
    ReceiveBatch receives = new ReceiveBatch(1);
    WorkCompletions completions = new WorkCompletions(1);
    MemorySegment memory = Arena.ofAuto().allocate(8);
    QueuePairOptions options = new QueuePairOptions(QueuePairType.RC, queue);
    String device = context.device().name();
    String number = "queue pair " + pair.number();
    Map<String, ThrowingCallable> uses = new LinkedHashMap<>();
    uses.put(number + ": post sends", () -> pair.post(sends, 1));
    uses.put(number + ": post receives", () -> pair.post(receives, 1));
    uses.put(number + ": modify", pair::fail);
    uses.put(number + ": query", pair::query);
    uses.put("a completion queue: poll", () -> queue.poll(completions));
    uses.put("a completion queue: notify", () -> queue.requestNotification(false));
    uses.put("a completion queue: capacity", queue::capacity);
    uses.put("a completion queue: resize", () -> queue.resize(2));
    uses.put("a shared receive queue: post", () -> shared.post(receives, 1));
    uses.put("a shared receive queue: query", shared::query);
    uses.put("a shared receive queue: limit", () -> shared.limit(1));
    uses.put("a completion channel: await", () -> channel.awaitEvent(0));
    uses.put("a completion channel: wake", channel::wakeUp);
    uses.put("a protection domain: register", () -> domain.register(memory));
    uses.put("a protection domain: queue pair", () -> domain.createQueuePair(options));
    uses.put("a protection domain: shared queue", () -> domain.createSharedReceiveQueue(1, 1));
    uses.put(
        "a protection domain: address", () -> domain.createAddressHandle(loopback.port, address));
    uses.put("the context: port", () -> context.queryPort(1));
    uses.put("the context: gids", () -> context.gids(1));
    uses.put("the context: domain", context::createProtectionDomain);
    uses.put("the context: queue", () -> context.createCompletionQueue(1));
    uses.put("the context: channel", context::createCompletionChannel);
    uses.put("the context: event", () -> context.awaitEvent(0));
    uses.put("the context: key", () -> context.queryPartitionKey(1, 0));
    loopback.close();
    return uses.entrySet().stream()
        .map(use -> DynamicTest.dynamicTest(use.getKey(), () -> assertClosed(use, device)));
  }

  private static void assertClosed(Map.Entry<String, ThrowingCallable> use, String device) {
    String object = use.getKey().substring(0, use.getKey().indexOf(':'));
    assertThatThrownBy(use.getValue())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(object + " of " + device + " is closed");
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
    loopback
        .nearPiece(sends, 64)
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
