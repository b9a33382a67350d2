// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.UserError;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.profile.ProfilerFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.ProfilerConfig;

/**
 * JMH's own options, checked before anything runs: JMH finds out about some only in the midst of a
 * run, about some with a stack trace, and takes any word for "false".
 */
final class JmhOptions {

  private static final List<String> TRUTHS = List.of("-gc", "-si", "-foe");
  private static final Pattern NO_CONSTANT =
      Pattern.compile("No enum constant (?<type>[\\w.]+)\\.(?<word>\\w*)");

  private JmhOptions() {}

  /**
   * The options of arguments.
   *
   * @throws UserError if one is wrong; the message says which and why
   */
  static CommandLineOptions parse(List<String> arguments) {
    for (int i = 0; i + 1 < arguments.size(); i++) {
      requireTruth(arguments.get(i), arguments.get(i + 1));
    }
    CommandLineOptions options;
    try {
      options = new CommandLineOptions(arguments.toArray(String[]::new));
    } catch (CommandLineOptionException | IllegalArgumentException | IllegalStateException e) {
      throw UserError.usage(sentence(String.valueOf(e.getMessage())));
    }
    requirePatterns("", options.getIncludes());
    requirePatterns("-e ", options.getExcludes());
    requirePatterns("-wmb ", options.getWarmupIncludes());
    if (options.getOutput().hasValue()) {
      requireWritable("-o", options.getOutput().get());
    }
    if (options.getResult().hasValue()) {
      requireWritable("-rff", options.getResult().get());
    }
    if (options.getJvm().hasValue()) {
      requireProgram(options.getJvm().get());
    }
    for (ProfilerConfig profiler : options.getProfilers()) {
      requireProfiler(profiler);
    }
    return options;
  }

  private static void requireTruth(String option, String value) {
    if (TRUTHS.contains(option) && !value.equals("true") && !value.equals("false")) {
      throw UserError.usage(option + " " + value + ": true or false is wanted");
    }
  }

  /** JMH's words in one line, with those that there are where it only says that one is missing. */
  private static String sentence(String message) {
    Matcher constant = NO_CONSTANT.matcher(message);
    if (constant.matches()) {
      try {
        Object[] known = Class.forName(constant.group("type")).getEnumConstants();
        return "there is no \"%s\"; there are %s"
            .formatted(constant.group("word"), Arrays.toString(known));
      } catch (ClassNotFoundException e) {
        return message;
      }
    }
    return message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(message);
  }

  private static void requirePatterns(String option, List<String> patterns) {
    for (String pattern : patterns) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        throw UserError.usage(
            option + pattern + " is no regular expression: " + e.getDescription());
      }
    }
  }

  private static void requireWritable(String option, String name) {
    Path file = path(option, name);
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw UserError.usage(option + " " + name + ": there is no folder for it");
    }
    if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : folder)) {
      throw UserError.usage(option + " " + name + ": it cannot be written");
    }
  }

  private static void requireProgram(String name) {
    Path program = path("-jvm", name);
    boolean onPath = program.getNameCount() == 1 && !program.isAbsolute();
    if (!onPath && !Files.isExecutable(program)) {
      throw UserError.usage("-jvm " + name + ": there is no such program");
    }
  }

  private static void requireProfiler(ProfilerConfig profiler) {
    try {
      ProfilerFactory.getProfilerOrException(profiler);
    } catch (ProfilerException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String reason =
          cause instanceof ClassNotFoundException
              ? "there is no such profiler; -lprof lists those that there are"
              : sentence(String.valueOf(cause.getMessage()));
      throw UserError.usage("-prof " + profiler.getKlass() + ": " + reason);
    }
  }

  /** A file name that Java could read from the command line. */
  static Path path(String option, String name) {
    try {
      if (name.indexOf('\uFFFD') < 0) {
        return Path.of(name);
      }
    } catch (InvalidPathException e) {
      // Said below.
    }
    throw UserError.usage(
        "%s %s is no file name in this locale's encoding, %s"
            .formatted(option, name, System.getProperty("sun.jnu.encoding")));
  }
}
