// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script behind {@code ./wisp failover}, with a command that stores nothing. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverScriptTest {

  /** Its servers only run, and its client is not answered when it first asks for the second key. */
  private static final String COMMAND =
      """
      #!/usr/bin/env bash
      case $* in
        -s*) echo ready; exec sleep 600 ;;
        *info) echo role:master ;;
        *)
          while read -r word key value; do
            if [[ $word == set ]]; then
              sleep 0.01
              echo OK
            elif [[ $key == key2 && ! -e /run/wisp/asked ]]; then
              touch /run/wisp/asked
              echo '(error) nobody leads' >&2
            else
              echo "value${key#key}"
            fi
          done
          ;;
      esac
      """;

  @TempDir private Path root;

  @Test
  void shouldAskAgainForAKeyThatWasNotAnswered() throws Exception {
    Path scripts = Files.createDirectory(root.resolve("scripts"));
    for (String name : List.of("failover.sh", "namespaces.sh")) {
      Path script = Path.of("..", "scripts", name);
      Files.copy(script, scripts.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path command = Files.writeString(root.resolve("wisp"), COMMAND);
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
    Process process =
        new ProcessBuilder(scripts.resolve("failover.sh").toString(), "--kills", "1")
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      assumeTrue(code != PartitionedGroup.NO_NETWORK, said);
      assertThat(code).as("%s", said).isZero();
      assertThat(said).contains(" took over; ", "every acknowledged write is there");
    } finally {
      process.destroyForcibly();
    }
  }
}
