// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.util.Arrays;
import java.util.Optional;

/** What the command does, how one asks for it, and what its help says. */
enum Mode {
  SERVE(
      "-s",
      "server",
      " [OPTION...]",
      "serve a store over all transports of this machine",
      "Serves a store, over every transport that this machine can run, until it is interrupted."
          + " Clients of all transports name the same port."),
  SHELL(
      "-c",
      "shell",
      " HOST[:PORT] [OPTION...] [COMMAND...]",
      "open a shell on a server, or run one command of it",
      "Opens a shell on a server, runs one COMMAND of it, or the commands that standard input has, a"
          + " line each; ./wisp -c HOST help lists the commands. Replies are those of redis-cli. To"
          + " a terminal they are readable; anything else gets raw bytes."),
  PERF(
      "-p",
      "perf",
      " HOST[:PORT] --key_size K --payload_size P [OPTION...]",
      "measure throughput and latency of a server",
      "Measures throughput and latency of a server: of Wisp's, or with -t of any that speaks"
          + " Redis' protocol. With - in place of HOST, measurements come from standard input, a line"
          + " each that holds HOST and options, and are made in one process, which stays warm."
          + " cli/perf-json.md defines every figure.");

  private final String option;
  private final String topic;
  private final String synopsis;
  private final String purpose;
  private final String explanation;

  Mode(String option, String topic, String synopsis, String purpose, String explanation) {
    this.option = option;
    this.topic = topic;
    this.synopsis = option + synopsis;
    this.purpose = purpose;
    this.explanation = explanation;
  }

  String option() {
    return option;
  }

  /** What help on it is asked for by, beside its option. */
  String topic() {
    return topic;
  }

  /** The mode of a topic. */
  static Optional<Mode> ofTopic(String topic) {
    return Arrays.stream(values()).filter(mode -> mode.topic.equals(topic)).findFirst();
  }

  String synopsis() {
    return synopsis;
  }

  /** In a few words. */
  String purpose() {
    return purpose;
  }

  /** In sentences. */
  String explanation() {
    return explanation;
  }
}
