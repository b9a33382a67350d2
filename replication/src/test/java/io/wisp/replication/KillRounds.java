// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.testing.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Rounds in which a server is killed under load, and the next one held to what was told. */
final class KillRounds {

  private static final int LONGEST_MILLIS = 1_500;

  private KillRounds() {}

  /**
   * Plays them.
   *
   * @param data the folder of the servers
   * @param isEnough what must have come about before the last server is killed
   * @return the server after the last one, which runs
   */
  static LoggedServer play(
      int rounds,
      Path data,
      List<? extends KilledWriter> writers,
      Random random,
      Eventually.Condition<? extends Exception> isEnough)
      throws Exception {
    LoggedServer server = start(data);
    try {
      for (int round = 0; round < rounds; round++) {
        int port = server.port();
        List<Thread> threads = new ArrayList<>();
        for (KilledWriter writer : writers) {
          threads.add(Thread.ofPlatform().start(() -> writer.write(port)));
        }
        for (KilledWriter writer : writers) {
          Eventually.await(writer::isAtWork);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
        if (round == rounds - 1) {
          // A busy machine does less in that time.
          Eventually.await(isEnough);
        }
        server.kill();
        for (Thread thread : threads) {
          thread.join();
        }
        server = start(data);
        for (KilledWriter writer : writers) {
          writer.check(server);
        }
      }
      return server;
    } catch (Throwable failed) {
      server.close();
      throw failed;
    }
  }

  private static LoggedServer start(Path data) throws Exception {
    return LoggedServer.start(data, "--memory", "64m");
  }
}
