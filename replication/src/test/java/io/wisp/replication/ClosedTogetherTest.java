// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosedTogetherTest {

  private final CountDownLatch isToEnd = new CountDownLatch(1);

  @Test
  void shouldSayWhereAMemberWaitsThatDoesNotEnd() throws Exception {
    List<AutoCloseable> members = List.of(isToEnd::await);
    Eventually.await(
        () -> {
          Throwable late =
              catchThrowable(() -> ClosedTogether.closeAll(members, Duration.ofMillis(10)));
          assertThat(late).isInstanceOf(AssertionError.class).hasMessageContaining("not closed");
          return Arrays.stream(Objects.requireNonNull(late.getCause()).getStackTrace())
              .anyMatch(frame -> frame.getClassName().equals(CountDownLatch.class.getName()));
        });
    isToEnd.countDown();
  }

  @Test
  void shouldTellOfAFailureWhenAllHaveEnded() {
    List<AutoCloseable> members =
        List.of(
            () -> {
              throw new IOException("planted");
            },
            isToEnd::countDown);
    assertThatThrownBy(() -> ClosedTogether.closeAll(members)).hasMessageContaining("planted");
    assertThat(isToEnd.getCount()).isZero();
  }
}
