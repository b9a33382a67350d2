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
import org.junit.jupiter.api.Timeout;

/** Channels of two contexts, which is all that those of two devices differ in. */
@Tag("rdma")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelSetTest {

  @AutoClose private final Context otherContext = Verbs.open();
  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  @AutoClose private final ChannelSet set = new ChannelSet();
  private final CompletionChannel other = otherContext.createCompletionChannel();
  private final CompletionChannel channel = loopback.context.createCompletionChannel();
  private final CompletionQueue queue = loopback.context.createCompletionQueue(64, channel, 0);
  private final QueuePair pair =
      loopback.connectedToItself(new QueuePairOptions(QueuePairType.RC, loopback.nearQueue, queue));
  private final SendBatch sends = new SendBatch(1);
  private final ReceiveBatch receives = new ReceiveBatch(1, 0);

  ChannelSetTest() {
    set.add(other);
    set.add(channel);
  }

  private void announce() {
    queue.requestNotification(false);
    pair.post(receives, 1);
    sends.send(0).flags(0, SendFlags.SIGNALED);
    pair.post(sends, 1);
    loopback.succeed(loopback.nearQueue);
    loopback.succeed(queue);
  }

  private CompletableFuture<@Nullable CompletionChannel> waitInAnotherThread() {
    return CompletableFuture.supplyAsync(() -> set.await(Context.FOREVER));
  }

  @Test
  void shouldTellWhichChannelAnnouncesUntilThatIsTaken() {
    announce();
    assertThat(set.await(Context.FOREVER)).isSameAs(channel);
    assertThat(set.await(Context.FOREVER)).isSameAs(channel);
    assertThat(channel.awaitEvent(0)).isSameAs(queue);
    assertThat(set.await(20)).isNull();
  }

  @Test
  void shouldTellAThreadThatWaits() throws Exception {
    CompletableFuture<@Nullable CompletionChannel> waiting = waitInAnotherThread();
    announce();
    assertThat(waiting.get()).isSameAs(channel);
  }

  @Test
  void shouldNotTellOfAChannelThatIsNoneOfItsAnyMore() {
    set.remove(channel);
    announce();
    assertThat(set.await(20)).isNull();
    set.add(channel);
    assertThat(set.await(Context.FOREVER)).isSameAs(channel);
  }

  @Test
  void shouldWakeAThreadThatWaits() throws Exception {
    CompletableFuture<@Nullable CompletionChannel> waiting = waitInAnotherThread();
    set.wakeUp();
    assertThat(waiting.get()).isNull();
  }

  @Test
  void shouldEndTheWaitWhenAChannelIsClosed() throws Exception {
    CompletableFuture<@Nullable CompletionChannel> waiting = waitInAnotherThread();
    other.close();
    try {
      assertThat(waiting.get()).isSameAs(other);
    } catch (ExecutionException e) {
      // The wait had not begun.
      assertThat(e.getCause()).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> set.await(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("is closed");
    set.remove(other);
    announce();
    assertThat(set.await(Context.FOREVER)).isSameAs(channel);
  }

  @Test
  void shouldEndTheWaitWhenItIsClosed() throws Exception {
    CompletableFuture<@Nullable CompletionChannel> waiting = waitInAnotherThread();
    set.close();
    try {
      assertThat(waiting.get()).isNull();
    } catch (ExecutionException e) {
      // The wait had not begun.
      assertThat(e.getCause()).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> set.await(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a set of completion channels is closed");
  }
}
