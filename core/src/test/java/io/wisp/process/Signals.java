// SPDX-License-Identifier: Apache-2.0
package io.wisp.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Signals to a process of the tests. */
public final class Signals {

  private Signals() {}

  /**
   * Sends one.
   *
   * @param name as kill(1) takes it, without SIG
   */
  public static void send(String name, long pid) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + name + " " + pid + " answers " + exit);
    }
  }

  /** SIGSTOP, and waits until each of its threads has seen it: one answers nobody from then on. */
  public static void stop(long pid) throws IOException, InterruptedException {
    send("STOP", pid);
    while (!isStopped(pid)) {
      Thread.sleep(1);
    }
  }

  /** The state of a thread is the letter behind its name, which is in brackets: see proc(5). */
  private static boolean isStopped(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      List<Path> all = threads.toList();
      for (Path thread : all) {
        String status = Files.readString(thread.resolve("stat"));
        if (status.charAt(status.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // a thread has ended meanwhile
    }
  }
}
