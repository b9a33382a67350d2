// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The commands of the shell: those of the original, {@code put}, {@code get} and {@code del}, and
 * of Redis.
 */
enum ShellCommand {
  PUT("put KEY VALUE", "store a value", 2, 2),
  SET("set KEY VALUE [EX seconds | PX milliseconds]", "store a value that may expire", 2, 4),
  GET("get KEY", "show the value of a key", 1, 1),
  MGET("mget KEY...", "show the values of keys, one a line", 1),
  MSET("mset KEY VALUE...", "store values under keys, all at once or none", 2),
  DEL("del KEY...", "remove keys, and say how many there were", 1),
  EXISTS("exists KEY...", "say how many of the keys are there", 1),
  INCR("incr KEY", "add 1 to a number; one that is not there is 0", 1, 1),
  DECR("decr KEY", "subtract 1", 1, 1),
  INCRBY("incrby KEY N", "add N", 2, 2),
  DECRBY("decrby KEY N", "subtract N", 2, 2),
  TTL("ttl KEY", "say how many seconds a key still lives; -1: for ever, -2: no such key", 1, 1),
  PTTL("pttl KEY", "the same in milliseconds", 1, 1),
  KEYS(
      "keys PATTERN",
      "show the keys that match a pattern, as user:*; it may have * ? [a-z] [^a] and \\",
      1,
      1),
  SCAN("scan [COUNT]", "show the keys, so many of them or all; one may appear twice", 0, 1),
  INFO("info", "show what the server says of itself", 0, 0),
  HELP("help", "show this", 0, 0),
  QUIT("quit", "leave, as exit and the end of input do", 0, 0),
  EXIT("exit", "leave", 0, 0);

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

  /** A command of at least so many arguments. */
  ShellCommand(String usage, String purpose, int fewestArguments) {
    this(usage, purpose, fewestArguments, Integer.MAX_VALUE);
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
    String name = text(word).toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(command -> command.name().equals(name)).findFirst();
  }

  /** A word of a command as text. */
  static String text(byte[] word) {
    return new String(word, StandardCharsets.UTF_8);
  }

  /**
   * Checks how many arguments there are.
   *
   * @throws SyntaxException if this command takes more or fewer
   */
  void checkArguments(int count) {
    if (count < fewestArguments || count > mostArguments) {
      throw misused();
    }
  }

  /** What is said of wrong arguments. */
  SyntaxException misused() {
    return new SyntaxException(word() + " is used as: " + usage);
  }
}
