// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.measure.input.UserError;
import picocli.CommandLine.Option;

/** The options of the shell. */
public final class ShellArguments {

  @Option(
      names = "--raw",
      description =
          "Show values and keys as the bytes that they are, and an absent value as an empty line, as"
              + " if output were no terminal.")
  private boolean raw;

  @Option(
      names = "--no-raw",
      description =
          "Show them as on a terminal, where (nil) is an absent value and what is no plain text is"
              + " quoted.")
  private boolean readable;

  @Option(
      names = "--one-node",
      description =
          "Stay with this server, also if it is a node of a cluster: keys of other nodes are errors."
              + " Unless given, each request goes to the node that has the key.")
  private boolean oneNode;

  boolean oneNode() {
    return oneNode;
  }

  /**
   * Whether replies are shown raw.
   *
   * @throws UserError if both options were given
   */
  boolean raw(boolean outIsTerminal) {
    if (raw && readable) {
      throw UserError.usage("--raw and --no-raw say the opposite: use one of them");
    }
    return raw || (!readable && !outIsTerminal);
  }
}
