// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VerbsObjectTest {

  private final List<String> destroyed = Collections.synchronizedList(new ArrayList<>());

  private class Thing extends VerbsObject {

    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final List<Thing> needed;
    private @Nullable RuntimeException refusal;
    private volatile boolean woken;

    Thing(String name, Thing... owners) {
      super(name.hashCode(), name, owners);
      needed = List.of(owners);
      register();
    }

    @Override
    void wakeWaiters() {
      woken = true;
    }

    @Override
    void destroy() {
      assertThat(alive.getAndSet(false)).as(name() + " destroyed once").isTrue();
      assertThat(needed).allMatch(owner -> owner.alive.get(), "alive when " + name() + " goes");
      destroyed.add(name());
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  private List<Thing> family() {
    Thing context = new Thing("context");
    Thing domain = new Thing("domain", context);
    Thing channel = new Thing("channel", context);
    Thing queue = new Thing("queue", context, channel);
    Thing shared = new Thing("shared", domain);
    Thing pair = new Thing("pair", domain, queue, queue, shared);
    Thing region = new Thing("region", domain);
    return new ArrayList<>(List.of(context, domain, channel, queue, shared, pair, region));
  }

  @Test
  void shouldCloseDependantsFirstInWhateverOrderObjectsAreClosed() {
    Random random = new Random(1);
    for (int round = 0; round < 5000; round++) {
      destroyed.clear();
      List<Thing> family = family();
      Collections.shuffle(family, random);
      family.forEach(VerbsObject::close);
      assertThat(destroyed).hasSize(family.size()).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldCloseEverythingWithTheRoot() {
    family().getFirst().close();
    assertThat(destroyed)
        .containsExactly("pair", "queue", "channel", "region", "shared", "domain", "context");
  }

  @Test
  void shouldLeaveOwnersOpen() {
    Thing context = new Thing("context");
    Thing domain = new Thing("domain", context);
    domain.close();
    assertThat(context.isClosed()).isFalse();
    assertThat(domain.isClosed()).isTrue();
    assertThat(domain).hasToString("domain (closed)");
  }

  @Test
  void shouldRefuseUseAfterCloseByName() {
    Thing thing = new Thing("queue pair 17 of rxe0");
    assertThat(thing.acquire()).isEqualTo(thing.handle());
    thing.release();
    thing.close();
    thing.close();
    assertThatThrownBy(thing::acquire)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("queue pair 17 of rxe0 is closed");
    assertThat(destroyed).hasSize(1);
  }

  @Test
  void shouldGoOnClosingWhenOneCannotBeDestroyed() {
    Thing context = new Thing("context");
    Thing first = new Thing("first", context);
    Thing second = new Thing("second", context);
    first.refusal = new VerbsException("first refuses");
    second.refusal = new VerbsException("second refuses");
    assertThatThrownBy(context::close)
        .isSameAs(second.refusal)
        .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(first.refusal));
    assertThat(destroyed).containsExactly("second", "first", "context");
    assertThatCode(context::close).doesNotThrowAnyException();
  }

  @Test
  void shouldWaitForCallsThatAreUnderWayAndWakeThem() throws Exception {
    Thing thing = new Thing("thing");
    long ignored = thing.acquire();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> closing = executor.submit(thing::close);
      while (!thing.woken) {
        Thread.onSpinWait();
      }
      assertThat(thing.isClosed()).isTrue();
      assertThat(destroyed).isEmpty();
      assertThatThrownBy(thing::acquire).isInstanceOf(IllegalStateException.class);
      assertThat(destroyed).isEmpty();
      thing.release();
      closing.get();
    }
    assertThat(destroyed).containsExactly("thing");
  }

  @Test
  void shouldNeverDestroyWhatIsInUseHoweverManyThreadsUseAndCloseIt() throws Exception {
    for (int round = 0; round < 25; round++) {
      List<Thing> family = family();
      CountDownLatch start = new CountDownLatch(1);
      try (ExecutorService executor = Executors.newCachedThreadPool()) {
        List<Future<?>> threads = new ArrayList<>();
        for (Thing thing : family) {
          threads.add(executor.submit(() -> useUntilClosed(thing, start)));
        }
        Collections.shuffle(family, new Random(round));
        for (Thing thing : family.subList(0, 3)) {
          threads.add(
              executor.submit(
                  () -> {
                    start.await();
                    thing.close();
                    return thing.alive.get();
                  }));
        }
        start.countDown();
        for (Future<?> thread : threads.subList(family.size(), threads.size())) {
          assertThat(thread.get()).isEqualTo(false);
        }
        family.forEach(VerbsObject::close);
        for (Future<?> thread : threads) {
          thread.get();
        }
      }
      assertThat(family).noneMatch(thing -> thing.alive.get());
    }
  }

  private static boolean useUntilClosed(Thing thing, CountDownLatch start)
      throws InterruptedException {
    start.await();
    while (true) {
      try {
        long ignored = thing.acquire();
      } catch (IllegalStateException closed) {
        return true;
      }
      try {
        if (!thing.alive.get()) {
          throw new AssertionError(thing.name() + " was destroyed while in use");
        }
      } finally {
        thing.release();
      }
    }
  }
}
