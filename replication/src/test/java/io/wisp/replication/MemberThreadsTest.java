// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class MemberThreadsTest {

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final MemberThreads threads = new MemberThreads("a member", failures::add);

  @Test
  void shouldTellThatThereIsNoHeapLeft() throws Exception {
    Thread poor =
        new Thread(
            new ThreadGroup(threads, "a part of it"),
            () -> {
              throw new OutOfMemoryError("Java heap space");
            },
            "poor");
    poor.start();
    poor.join();
    assertThat(failures).containsExactly("a thread of the log has ended: there is no heap left");
  }
}
