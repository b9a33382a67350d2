// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.util.List;
import java.util.Objects;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a sentence what is wrong with a command line that could not be parsed. */
final class ParseErrors {

  private ParseErrors() {}

  static String sentence(ParameterException e) {
    return switch (e) {
      case UnmatchedArgumentException unmatched -> unknown(unmatched);
      case OverwrittenOptionException twice -> name(twice.getOverwritten()) + " is given twice";
      case MissingParameterException missing ->
          described(missing.getMissing().getFirst(), " needs a value");
      default -> misunderstood(e);
    };
  }

  private static String unknown(UnmatchedArgumentException e) {
    String what = "there is no option " + e.getUnmatched().getFirst();
    List<String> near = e.getSuggestions();
    return near.isEmpty() ? what : what + "; did you mean " + String.join(" or ", near) + "?";
  }

  private static String misunderstood(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    return argument == null
        ? Objects.toString(e.getMessage())
        : described(argument, " " + e.getValue() + " is not understood");
  }

  private static String described(ArgSpec argument, String fault) {
    return name(argument) + fault + " (" + String.join(" ", argument.description()) + ")";
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.names()[0] : argument.paramLabel();
  }
}
