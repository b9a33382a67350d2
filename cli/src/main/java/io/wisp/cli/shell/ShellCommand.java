// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands of the shell. {@code put}, {@code get} and {@code del} are the original's. */
enum ShellCommand {
  PUT("put KEY VALUE", "store a value", 2, 2),
  SET("set KEY VALUE [EX seconds | PX milliseconds]", "store a value that may expire", 2, 4),
  GET("get KEY", "show the value of a key", 1, 1),
  DEL("del KEY", "remove a key", 1, 1),
  EXISTS("exists KEY", "say whether a key is there: yes or no", 1, 1),
  TTL("ttl KEY", "say how long a key still lives, in milliseconds, or that it never expires", 1, 1),
  SCAN("scan [COUNT]", "show the keys, so many of them or all; one may appear twice", 0, 1),
  INFO("info", "show what the server says of itself", 0, 0),
  HELP("help", "show this", 0, 0),
  QUIT("quit", "leave, as the end of input does", 0, 0);

  private final String usage;
  private final String purpose;
  private final int fewestArguments;
  private final int mostArguments;

  ShellCommand(String usage, String purpose, int fewestArguments, int mostArguments) {
    this.usage = usage;
    this.purpose = purpose;
    this.fewestArguments = fewestArguments;
    this.mostArguments = mostArguments;
  }

  /** As it is typed. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String usage() {
    return usage;
  }

  String purpose() {
    return purpose;
  }

  /** The words of every command. */
  static List<String> words() {
    return Arrays.stream(values()).map(ShellCommand::word).toList();
  }

  /** The command of a word in upper or lower case. */
  static Optional<ShellCommand> named(byte[] word) {
    String name = new String(word, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(command -> command.name().equals(name)).findFirst();
  }

  /**
   * Checks how many arguments there are.
   *
   * @throws SyntaxException if this command takes more or fewer
   */
  void checkArguments(int count) {
    if (count < fewestArguments || count > mostArguments) {
      throw new SyntaxException(word() + " is used as: " + usage);
    }
  }
}
