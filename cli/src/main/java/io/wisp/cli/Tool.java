// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.shell.Shell;
import io.wisp.measure.input.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The commands beside the modes, which the launcher starts; each has a help of its own. */
enum Tool {
  BENCH("measure Wisp by itself, with JMH"),
  REPORT("report what was recorded, or measure it first"),
  PLOT("draw recorded runs"),
  EXPORT("write a recorded run in formats of other programs"),
  COMPARE("tell if a commit is slower than another"),
  BESIDE("measure Wisp beside redis, etcd and others"),
  SIMPLE_KV("the Python baseline"),
  GUEST("run a command where there is an RDMA device"),
  TEST("run all tests and gates"),
  CLUSTER,
  RDMA_TESTS,
  TEST_CLIENTS,
  TEST_PYTHON,
  PROVE_COMPARE,
  SCALE,
  FAILOVER,
  JDK;

  private final String purpose;

  Tool(String purpose) {
    this.purpose = purpose;
  }

  /** One that is named and no more where they are listed. */
  Tool() {
    this("");
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** In a few words, or empty. */
  String purpose() {
    return purpose;
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Tool::word).toList();
  }

  /** What is wrong with a word that stands where a command does. */
  static String unknown(String word) {
    if (words().contains(word)) {
      return word + " comes first, before all options: ./wisp " + word;
    }
    String fault = "there is no command " + word;
    return Shell.commands().contains(word)
        ? fault + "; the shell has one: ./wisp -c HOST " + word
        : fault + Suggestion.of(word, words()).map("; did you mean %s?"::formatted).orElse("");
  }
}
