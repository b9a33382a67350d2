// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cores that Linux lets a process run on, in its own notation: {@code 0-2,5}. */
final class Cores {

  private static final String FIELD = "Cpus_allowed_list:";

  private Cores() {}

  /** Those of this process, or empty where they cannot be told. */
  static String ofThisProcess() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(FIELD)) {
          return line.substring(FIELD.length()).strip();
        }
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }

  /** The single cores of a list. */
  static List<Integer> parse(String list) {
    List<Integer> cores = new ArrayList<>();
    for (String range : list.split(",", -1)) {
      if (!range.isBlank()) {
        String[] ends = range.split("-", 2);
        int last = Integer.parseInt(ends[ends.length - 1].strip());
        for (int core = Integer.parseInt(ends[0].strip()); core <= last; core++) {
          cores.add(core);
        }
      }
    }
    return cores;
  }
}
