// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  private static final Path EXAMPLE = Path.of("src/test/java/io/wisp/verbs/ReadmeExample.java");

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Test
  void shouldShowTheExampleThatIsTested() throws IOException {
    assertThat(between(Files.readString(Path.of("README.md")), "```java\n", "\n```"))
        .isEqualTo(
            between(Files.readString(EXAMPLE), "// example begins\n", "\n    // example ends")
                .stripIndent());
  }

  @Test
  @Tag("rdma")
  void shouldShowAnExampleThatWorks() throws IOException {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      loopback.far.segment().set(ValueLayout.JAVA_LONG, 0, 4711);
      QueuePair pair =
          loopback.domain.createQueuePair(
              new QueuePairOptions(QueuePairType.RC, loopback.farQueue));
      pair.init(loopback.port, AccessFlag.REMOTE_READ);
      QueuePairAddress local = pair.address(loopback.port);
      long word =
          ReadmeExample.readWordOf(
              client -> {
                pair.connect(loopback.port, local, client.address(), ConnectionOptions.DEFAULT);
                return new ReadmeExample.Peer(local, loopback.far.address(), loopback.far.rkey());
              });
      assertThat(word).isEqualTo(4711);
    }
  }
}
