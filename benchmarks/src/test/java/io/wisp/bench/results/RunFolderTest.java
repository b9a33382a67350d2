// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  @TempDir Path parent;

  private Path run() {
    return parent.resolve("run");
  }

  @Test
  void shouldNotHaveItsNameBeforeTheRunHasSucceeded() throws IOException {
    RunFolder folder = RunFolder.create(run());

    assertThat(run()).doesNotExist();
    assertThat(parent.resolve("run.unfinished")).isDirectory();

    folder.complete(1, 0, List.of());

    assertThat(run().resolve(RunResult.FILE)).exists();
    assertThat(run().resolve("raw")).doesNotExist();
    assertThat(parent.resolve("run.unfinished")).doesNotExist();
  }

  @Test
  void shouldSayThatTheRunFailedAndWhy() throws IOException {
    RunFolder folder = RunFolder.create(run());

    Path failed = folder.fail("the server died");

    assertThat(failed).isEqualTo(parent.resolve("run.FAILED")).isDirectory();
    assertThat(failed.resolve(RunFolder.FAILURE_FILE)).hasContent("the server died");
    assertThat(failed.resolve(RunResult.FILE)).doesNotExist();
    assertThat(run()).doesNotExist();
  }

  @Test
  void shouldKeepAnEarlierFailureOfTheSameName() throws IOException {
    RunFolder.create(run()).fail("first");

    Path second = RunFolder.create(run()).fail("second");

    assertThat(second).isEqualTo(parent.resolve("run-2.FAILED"));
    assertThat(parent.resolve("run.FAILED").resolve(RunFolder.FAILURE_FILE)).hasContent("first");
  }

  @Test
  void shouldNotBecomeAResultAfterItFailed() throws IOException {
    RunFolder folder = RunFolder.create(run());
    folder.fail("interrupted");

    assertThatThrownBy(() -> folder.complete(1, 0, List.of())).isInstanceOf(IOException.class);

    assertThat(run()).doesNotExist();
  }

  @Test
  void shouldNotFailAfterItBecameAResult() throws IOException {
    RunFolder folder = RunFolder.create(run());
    folder.complete(1, 0, List.of());

    folder.fail("interrupted");

    assertThat(run().resolve(RunResult.FILE)).exists();
    assertThat(parent.resolve("run.FAILED")).doesNotExist();
  }

  @Test
  void shouldRefuseAPlaceThatIsTaken() throws IOException {
    Files.createDirectory(run());

    assertThatThrownBy(() -> RunFolder.create(run()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(run() + " exists already; name another folder");
  }

  @Test
  void shouldBeNamedAfterTheTimeByDefault() {
    assertThat(RunFolder.defaultPath(Instant.parse("2026-11-22T09:33:54.5Z"), "transport"))
        .isEqualTo(Path.of("results", "local", "2026-11-22T093354Z-transport"));
  }
}
