// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.linearizability.Recorder;
import io.wisp.testing.Eventually;
import io.wisp.transport.Transports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers of the tables of three processes that share a log, while the one that leads is stopped
 * and goes on as one that leads no more. Its memory can be read all the time, and another one takes
 * writes meanwhile. What all clients saw is judged call by call.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeasedGroupTest {

  /** Waits until a process that is stopped goes on. */
  private static final int PATIENT_MILLIS = 60_000;

  private static final int IMPATIENT_MILLIS = 400;

  /** A reader has a lease for long, and what he reads is no chance. */
  private static final long ENOUGH_READS = 100;

  private final Random random = GroupRounds.newRandom();
  private final GroupRounds rounds = new GroupRounds(random);

  /** Those of the round, at whoever led first. */
  private final List<LeasedReader> atLeader = new ArrayList<>();

  @TempDir private Path folder;

  @BeforeEach
  void needsSharedMemory() {
    String reason = Transports.named("shm").unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
  }

  @Test
  void shouldReadNothingOldAtALeaderThatIsStopped() throws Exception {
    play(2, 1_000, 3_000);
  }

  @Test
  @Tag("long")
  void shouldReadNothingOldAtALeaderThatIsStoppedForLong() throws Exception {
    play(20, 1_000, 10_000);
  }

  private void play(int count, int least, int most) throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      for (int round = 0; round < count; round++) {
        int millis = least + random.nextInt(most - least);
        rounds.play(
            group,
            "LEADER_STOPPED for " + millis + " ms",
            round,
            leader -> stop(group.server(leader), millis),
            leader -> readers(leader, group));
      }
    }
  }

  private List<LeasedReader> readers(int leader, RunningGroup group) {
    List<LeasedReader> all = new ArrayList<>();
    atLeader.clear();
    for (int member = 0; member < GroupFile.NAMES.size(); member++) {
      int port = group.addresses().get(member).getPort();
      String name = "reader of " + GroupFile.NAMES.get(member);
      all.add(new LeasedReader(name, port, IMPATIENT_MILLIS, random.nextLong()));
      if (member == leader) {
        atLeader.add(all.getLast());
        for (int i = 0; i < 2; i++) {
          String patient = "patient " + name + " " + i;
          atLeader.add(new LeasedReader(patient, port, PATIENT_MILLIS, random.nextLong()));
          all.add(atLeader.getLast());
        }
      }
    }
    return all;
  }

  private void stop(LoggedServer leader, int millis) throws Exception {
    for (LeasedReader reader : atLeader) {
      long before = reader.answers();
      Eventually.await(() -> reader.answers() > before + ENOUGH_READS);
    }
    leader.signal("STOP");
    TimeUnit.MILLISECONDS.sleep(millis);
    leader.signal("CONT");
  }

  @Test
  void shouldReadByLeasesWithoutAskingTheLeader() throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      int leader = group.awaitLeader();
      assertThat(group.call(leader, PATIENT_MILLIS, "SET", "key", "value")).isEqualTo("OK");
      try (LeasedReader reader =
          new LeasedReader("reader", group.addresses().get(leader).getPort(), PATIENT_MILLIS, 1)) {
        reader.read(new Recorder(), List.of("key"), () -> reader.answers() > 500);
        assertThat(reader.gotByReading()).isGreaterThan(reader.answers() / 2);
      }
    }
  }
}
