// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Processor time of all cores and of this process with its ended children, in ticks of Linux' clock
 * (proc(5): /proc/stat, /proc/self/stat).
 *
 * @param elapsed time that passed, all cores together
 * @param idle time in which cores had nothing to do, or waited for a disk
 * @param stolen time in which the hypervisor ran something else
 * @param own time of this process and of those of its children that have ended, theirs included
 * @param cores how many there are
 */
record ProcessorTime(long elapsed, long idle, long stolen, long own, int cores) {

  /** Where nothing is known. */
  static final ProcessorTime NONE = new ProcessorTime(0, 0, 0, 0, 0);

  // The columns of /proc/stat's first line; the two behind them are contained in the first two.
  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STOLEN = 7;
  private static final int COLUMNS = 8;

  // Fields 14 to 17 of /proc/self/stat, counted behind the name: utime, stime, cutime, cstime.
  private static final int FIRST_OWN = 11;
  private static final int LAST_OWN = 14;

  static ProcessorTime now() {
    try {
      return of(
          Files.readAllLines(Path.of("/proc/stat")), Files.readString(Path.of("/proc/self/stat")));
    } catch (IOException e) {
      return NONE;
    }
  }

  static ProcessorTime of(List<String> machine, String process) {
    long[] all = numbers(machine.getFirst().replaceFirst("cpu +", ""), 0, COLUMNS - 1);
    String behindName = process.substring(process.lastIndexOf(')') + 2);
    return new ProcessorTime(
        Arrays.stream(all).sum(),
        all[IDLE] + all[WAITING],
        all[STOLEN],
        Arrays.stream(numbers(behindName, FIRST_OWN, LAST_OWN)).sum(),
        (int) machine.stream().filter(line -> line.matches("cpu\\d.*")).count());
  }

  private static long[] numbers(String text, int first, int last) {
    return Arrays.stream(text.split(" "))
        .skip(first)
        .limit(last - first + 1L)
        .mapToLong(Long::parseLong)
        .toArray();
  }

  ProcessorTime minus(ProcessorTime other) {
    return new ProcessorTime(
        elapsed - other.elapsed, idle - other.idle, stolen - other.stolen, own - other.own, cores);
  }

  /** How many cores were busy with other processes, on average. */
  double busyWithOthers() {
    return Math.max(0, elapsed - idle - stolen - own) * (double) cores / elapsed;
  }

  /** How many cores the hypervisor gave away, on average. */
  double stolenCores() {
    return stolen * (double) cores / elapsed;
  }
}
