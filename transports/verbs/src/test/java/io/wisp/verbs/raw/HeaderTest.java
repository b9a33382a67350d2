// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeaderTest {

  private static final Path HEADER = Path.of("/usr/include/infiniband/verbs.h");

  @Test
  void shouldAgreeWithTheInstalledHeaderOnEverySizeOffsetAndConstant(@TempDir Path folder)
      throws IOException, InterruptedException {
    assumeTrue(
        Files.exists(HEADER) && Files.exists(Path.of("/usr/bin/cc")),
        HEADER + " or cc is not installed (Debian and Ubuntu: apt install gcc libibverbs-dev)");
    Map<String, Long> fromC = Probe.run(folder);
    Map<String, Long> fromJava = new LinkedHashMap<>();
    for (StructLayout struct : Definitions.structs()) {
      String type = "struct " + struct.name().orElseThrow();
      if (Structs.PREFIXES.contains(struct)) {
        assertThat(fromC.remove(type)).as(type).isGreaterThanOrEqualTo(struct.byteSize());
      } else {
        fromJava.put(type, struct.byteSize());
      }
      for (Definitions.Member member : Definitions.members(struct)) {
        fromJava.put(type + "." + member.path(), member.offset());
        fromJava.put(type + "." + member.path() + ".bytes", member.bytes());
      }
    }
    Definitions.constants().forEach((name, value) -> fromJava.put(name, value.longValue()));
    assertThat(fromC.keySet()).isEqualTo(fromJava.keySet());
    assertThat(
            fromJava.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(fromC.get(entry.getKey())))
                .map(
                    entry ->
                        String.format(
                            Locale.ROOT,
                            "%s is %d in C and %d here",
                            entry.getKey(),
                            fromC.get(entry.getKey()),
                            entry.getValue())))
        .isEmpty();
  }

  @Test
  void shouldProbeEveryStructureThatAllocatesOrReads() {
    assertThat(Definitions.structs()).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    assertThat(Definitions.constants()).hasSizeGreaterThan(100);
  }
}
