// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PolledDescriptorsTest {

  private static final long FOREVER = Context.FOREVER;

  private final WakeUp first = new WakeUp();
  private final WakeUp second = new WakeUp();
  private final PolledDescriptors polled =
      new PolledDescriptors(first.descriptor(), second.descriptor());

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private boolean await(long milliseconds) {
    return polled.await(milliseconds, PolledDescriptors.deadline(milliseconds));
  }

  @Test
  void shouldTellWhichIsReadyUntilItWasRead() {
    assertThat(await(0)).isFalse();
    second.wake();
    assertThat(await(FOREVER)).isTrue();
    assertThat(polled.isReady(0)).isFalse();
    assertThat(polled.isReady(1)).isTrue();
    first.wake();
    assertThat(await(FOREVER)).isTrue();
    assertThat(polled.isReady(0)).isTrue();
    assertThat(polled.isReady(1)).isTrue();
    second.clear();
    assertThat(await(FOREVER)).isTrue();
    assertThat(polled.isReady(1)).isFalse();
    first.clear();
    assertThat(await(0)).isFalse();
    assertThat(polled.isReady(0)).isFalse();
  }

  @Test
  void shouldBeReadyOnceHoweverOftenItWasWoken() {
    for (int i = 0; i < 5; i++) {
      first.wake();
    }
    first.clear();
    assertThat(await(0)).isFalse();
  }

  @Test
  void shouldEndAWaitOfAnotherThread() throws Exception {
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> await(FOREVER));
    second.wake();
    assertThat(waiting.get()).isTrue();
  }

  @Test
  void shouldWaitInASetWithoutChannelsUntilItIsWoken() throws Exception {
    try (ChannelSet set = new ChannelSet()) {
      assertThat(set.await(0)).isNull();
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(() -> set.await(FOREVER) == null);
      set.wakeUp();
      assertThat(waiting.get()).isTrue();
      set.wakeUp();
      assertThat(set.await(FOREVER)).isNull();
    }
  }
}
