// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.common.ByteText;
import io.wisp.cli.common.ClientArguments;
import io.wisp.cli.common.CoreArguments;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cli.perf.PerfArguments;
import io.wisp.cli.serve.ServeArguments;
import io.wisp.cli.shell.ShellArguments;
import io.wisp.measure.input.TransportOption;
import io.wisp.measure.input.UserError;
import java.lang.reflect.Field;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Which options belong to which mode: one that would be ignored, or overruled, is an error. */
final class ModeOptions {

  private ModeOptions() {}

  static void check(Mode mode, ParseResult parsed, TransportChoice transport, List<String> words) {
    for (OptionSpec option : parsed.matchedOptions()) {
      if (option.stringValues().size() > 1) {
        throw UserError.usage(option.names()[0] + " is given twice");
      }
      if (!option.stringValues().stream().allMatch(ByteText::isUtf8)) {
        throw UserError.usage(option.names()[0] + ": its value is not UTF-8");
      }
      Set<Mode> modes = of(option);
      if (!modes.contains(mode)) {
        throw UserError.usage(
            "%s belongs to %s and means nothing with %s"
                .formatted(
                    option.names()[0],
                    modes.stream().map(Mode::option).collect(Collectors.joining(" and ")),
                    mode.option()));
      }
    }
    if (mode != Mode.SHELL && !words.isEmpty()) {
      throw UserError.usage("\"" + words.getFirst() + "\" means nothing after " + mode.option());
    }
    checkTransport(parsed, transport);
  }

  private static void checkTransport(ParseResult parsed, TransportChoice transport) {
    for (TransportOption option : TransportOption.values()) {
      if (parsed.hasMatchedOption("--" + option.option())) {
        transport.requireUseOf(option);
      }
    }
  }

  /** The modes that an option means something with. */
  static Set<Mode> of(OptionSpec option) {
    Class<?> owner = ((Field) option.userObject()).getDeclaringClass();
    if (owner == ServeArguments.class) {
      return EnumSet.of(Mode.SERVE);
    }
    if (owner == ShellArguments.class) {
      return EnumSet.of(Mode.SHELL);
    }
    if (owner == ClientArguments.class) {
      return EnumSet.of(Mode.SHELL, Mode.PERF);
    }
    if (owner == CoreArguments.class) {
      return EnumSet.of(Mode.SERVE, Mode.PERF);
    }
    return owner == PerfArguments.class ? EnumSet.of(Mode.PERF) : EnumSet.allOf(Mode.class);
  }
}
