// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.process.JavaCommand;
import io.wisp.replication.PartitionedGroup.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three members in network namespaces of their own answer as one server would, whatever gets lost
 * between them: {@link PartitionedGroup} and {@link DivergedLeader} say what happens there.
 */
@Tag("alone")
@Timeout(value = 1_500, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PartitionedGroupTest {

  private static final int ROUNDS = 20;

  @TempDir private Path folder;

  @Test
  void shouldAnswerAsOneServerWhateverIsCut() throws Exception {
    play(1, Fault.LEADER_CUT_OFF, Fault.LEADER_DEAF, Fault.LEADER_MUTE);
  }

  @Test
  void shouldAnswerAsOneServerWherePacketsAreLost() throws Exception {
    play(1, Fault.PACKETS_LOST);
  }

  @Test
  void shouldAnswerAsOneServerWherePacketsAreLate() throws Exception {
    play(1, Fault.PACKETS_LATE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldFollowAgainWithEntriesOfItsOwnWhereTheLogIsCut(boolean restarts) throws Exception {
    assertThat(run(DivergedLeader.class, List.of(folder.toString(), restarts + "")))
        .contains("the former leader follows");
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void shouldAnswerAsOneServerAgainAndAgain(Fault fault) throws Exception {
    play(ROUNDS, fault);
  }

  private void play(int times, Fault... faults) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(folder.toString(), times + ""));
    for (Fault fault : faults) {
      arguments.add(fault.name());
    }
    assertThat(run(PartitionedGroup.class, arguments)).contains("all three members agree");
  }

  /** What a program says that runs beside three nodes. */
  private static String run(Class<?> program, List<String> arguments) throws Exception {
    List<String> options = new ArrayList<>(List.of("-Xmx512m", LoggedServer.COMPILERS));
    String seed = System.getProperty("wisp.faults.seed");
    if (seed != null) {
      options.add("-Dwisp.faults.seed=" + seed);
    }
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("bash", Path.of("..", "scripts", "namespaces.sh").toString()));
    command.addAll(JavaCommand.of(program.getName(), classPath, options, arguments));
    // All of it ends when this process does, or the test is interrupted.
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      StringBuilder said = new StringBuilder();
      for (String line : (Iterable<String>) process.inputReader().lines()::iterator) {
        System.out.println(line);
        said.append(line).append('\n');
      }
      int code = process.waitFor();
      assumeTrue(code != PartitionedGroup.NO_NETWORK, said::toString);
      assertThat(code).as("%s", said).isZero();
      return said.toString();
    } finally {
      process.destroyForcibly();
    }
  }
}
