// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.common.HelpText;
import io.wisp.cli.common.Product;
import io.wisp.measure.input.ExitCode;
import io.wisp.measure.input.Suggestion;
import io.wisp.measure.input.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the command can do, on a screen, and all options of each mode. */
final class Help {

  /** Where somebody finds it who has not found it. */
  static final String WHERE =
      "./wisp -h shows what there is, and ./wisp -s -h, -c -h and -p -h all options.";

  private final CommandSpec spec;
  private final HelpText text = new HelpText();

  /** The help for a command line. */
  Help(CommandSpec spec) {
    this.spec = spec;
  }

  /**
   * The help on a topic.
   *
   * @param words the topic, or nothing
   * @throws UserError if there is none of this name
   */
  String on(List<String> words) {
    if (words.isEmpty()) {
      return overview();
    }
    String topic = words.getFirst();
    if (Tool.words().contains(topic)) {
      return text.paragraph("./wisp " + topic + " -h explains it.").toString();
    }
    return of(
        Mode.ofTopic(topic)
            .orElseThrow(() -> UserError.usage("there is no help on " + topic + nearest(topic))));
  }

  private static String nearest(String topic) {
    List<String> topics =
        Stream.concat(Arrays.stream(Mode.values()).map(Mode::topic), Tool.words().stream())
            .toList();
    return Suggestion.of(topic, topics)
        .map("; did you mean %s?"::formatted)
        .orElse("; there is on " + String.join(", ", topics));
  }

  private String overview() {
    text.paragraph(Product.banner() + ": a key-value store made for RDMA, and what measures it");
    text.heading("Modes:");
    for (Mode mode : Mode.values()) {
      text.row("./wisp " + mode.synopsis(), mode.purpose());
    }
    text.heading(
        "All use RDMA unless told otherwise; -t is TCP. ./wisp -s -h, -c -h and -p -h list"
            + " the options.");
    text.heading("Other commands; ./wisp COMMAND -h explains each:");
    List<String> others = new ArrayList<>();
    for (Tool tool : Tool.values()) {
      if (tool.purpose().isEmpty()) {
        others.add(tool.word());
      } else {
        text.row(tool.word(), tool.purpose());
      }
    }
    text.row("and", String.join(", ", others));
    return text.toString();
  }

  /** The help of a mode. */
  String of(Mode mode) {
    text.paragraph("./wisp " + mode.synopsis());
    text.heading(mode.explanation());
    for (ArgGroupSpec group : spec.argGroups()) {
      List<OptionSpec> options =
          group.options().stream().filter(each -> ModeOptions.of(each).contains(mode)).toList();
      if (!options.isEmpty()) {
        text.heading(group.heading());
        options.forEach(this::row);
      }
    }
    exitCodes(mode);
    return text.toString();
  }

  private void exitCodes(Mode mode) {
    text.heading("Exit codes:");
    row(ExitCode.SUCCESS, "All was done.");
    if (mode == Mode.SHELL) {
      row(ExitCode.FAILURE, "A command failed, or get, del or ttl found no key.");
    } else {
      row(ExitCode.FAILURE, "It could not be done, or not all of it.");
    }
    row(ExitCode.USAGE, "The command line was wrong, and nothing was tried.");
    if (mode == Mode.PERF) {
      row(ExitCode.SATURATED, "The server reached none of the rates that were offered (--rate).");
      row(ExitCode.INTERRUPTED, "It was interrupted, and shows what was measured until then.");
    }
    if (mode == Mode.SERVE) {
      row(
          ExitCode.LOST_THREAD,
          "The server lost a thread by an error, and wants to be started anew.");
    }
  }

  private void row(int exitCode, String meaning) {
    text.row(Integer.toString(exitCode), meaning);
  }

  private void row(OptionSpec option) {
    String names = String.join(", ", option.names());
    text.row(
        option.arity().max() == 0 ? names : names + " " + option.paramLabel(),
        String.join(" ", option.description()));
  }
}
