// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class CompletionChannelTest {

  private static final long PATIENCE = 30_000;

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  private final CompletionChannel channel = loopback.context.createCompletionChannel();
  private final CompletionQueue queue = loopback.context.createCompletionQueue(64, channel, 0);
  private final QueuePair pair =
      loopback.connectedToItself(new QueuePairOptions(QueuePairType.RC, loopback.nearQueue, queue));
  private final SendBatch sends = new SendBatch(1);
  private final ReceiveBatch receives = new ReceiveBatch(1, 0);

  private CompletableFuture<@Nullable CompletionQueue> waitInAnotherThread() {
    return CompletableFuture.supplyAsync(() -> channel.awaitEvent(Context.FOREVER));
  }

  private void send(int flags) {
    pair.post(receives, 1);
    sends.send(0).flags(0, SendFlags.SIGNALED | flags);
    pair.post(sends, 1);
    loopback.succeed(loopback.nearQueue);
  }

  @Test
  void shouldAnnounceACompletionOnce() {
    queue.requestNotification(false);
    send(SendFlags.NONE);
    assertThat(channel.awaitEvent(PATIENCE)).isSameAs(queue);
    loopback.succeed(queue);
    send(SendFlags.NONE);
    loopback.succeed(queue);
    assertThat(channel.awaitEvent(0)).isNull();
  }

  @Test
  void shouldTellWhichOfItsQueuesAnnounced() {
    CompletionQueue other = loopback.context.createCompletionQueue(64, channel, 0);
    other.requestNotification(false);
    queue.requestNotification(false);
    send(SendFlags.NONE);
    assertThat(channel.awaitEvent(PATIENCE)).isSameAs(queue);
    assertThat(channel.awaitEvent(0)).isNull();
  }

  @Test
  void shouldGiveUpWhenTheTimeIsOver() {
    long begin = System.nanoTime();
    assertThat(channel.awaitEvent(20)).isNull();
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void shouldAnnounceOnlySolicitedCompletionsIfAskedTo() {
    queue.requestNotification(true);
    send(SendFlags.NONE);
    loopback.succeed(queue);
    assertThat(channel.awaitEvent(20)).isNull();
    send(SendFlags.SOLICITED);
    assertThat(channel.awaitEvent(PATIENCE)).isSameAs(queue);
  }

  @Test
  void shouldWakeAThreadThatWaits() throws Exception {
    CompletableFuture<@Nullable CompletionQueue> waiting = waitInAnotherThread();
    channel.wakeUp();
    assertThat(waiting.get()).isNull();
    queue.requestNotification(false);
    send(SendFlags.NONE);
    assertThat(channel.awaitEvent(PATIENCE)).isSameAs(queue);
  }

  @Test
  void shouldAnnounceToAThreadThatWaits() throws Exception {
    queue.requestNotification(false);
    CompletableFuture<@Nullable CompletionQueue> waiting = waitInAnotherThread();
    send(SendFlags.NONE);
    assertThat(waiting.get()).isSameAs(queue);
  }

  @Test
  void shouldEndTheWaitOfAThreadWhenItIsClosed() {
    CompletableFuture<@Nullable CompletionQueue> waiting = waitInAnotherThread();
    channel.close();
    assertThatThrownBy(waiting::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a completion channel of")
        .hasMessageEndingWith("is closed");
    assertThat(queue.isClosed()).isTrue();
    assertThat(pair.isClosed()).isTrue();
  }

  @Test
  void shouldCloseAQueueWithAnAnnouncementThatNobodyTook() {
    queue.requestNotification(false);
    send(SendFlags.NONE);
    queue.close();
    assertThat(channel.awaitEvent(0)).isNull();
  }

  @Test
  void shouldRefuseToAnnounceWithoutAChannel() {
    assertThatThrownBy(() -> loopback.nearQueue.requestNotification(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("has no completion channel to announce on");
  }

  @Test
  void shouldRefuseAChannelOfAnotherContext() {
    try (Context other = Verbs.open()) {
      assertThatThrownBy(() -> other.createCompletionQueue(1, channel, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("belongs to another context");
    }
  }
}
