// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void shouldBeLoadableByJava8() throws IOException {
    try (DataInputStream in = new DataInputStream(Main.class.getResourceAsStream("Main.class"))) {
      in.skipNBytes(6);

      assertThat(in.readUnsignedShort()).isEqualTo(52);
    }
  }

  @Test
  void shouldTurnDownEveryOlderJavaInOneSentence() {
    assertThat(Main.complaint("1.8", "/jdk8")).isEqualTo(sentence("1.8", "/jdk8"));
    assertThat(Main.complaint("17", "/jdk17")).isEqualTo(sentence("17", "/jdk17"));
    assertThat(Main.complaint("24", "/jdk24")).isEqualTo(sentence("24", "/jdk24"));
  }

  @Test
  void shouldAcceptTheJavaItWasMadeForAndNewerOnes() {
    assertThat(Main.complaint("25", "/jdk25")).isEmpty();
    assertThat(Main.complaint("26", "/jdk26")).isEmpty();
  }

  private static String sentence(String version, String home) {
    return "Wisp's benchmarks need Java 25 or newer, and this is Java "
        + version
        + " ("
        + home
        + "): run them with ./wisp bench, which finds one, or with the java of a JDK 25.";
  }
}
