// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cores of a machine, as Linux numbers and lists them: {@code 0,2-3}.
 *
 * @param numbers at least one, ascending, none twice
 */
public record CoreList(List<Integer> numbers) {

  /** As many as Linux can have at most. */
  static final int LIMIT = 8192;

  private static final Path STATUS = Path.of("/proc/thread-self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  private static final Pattern PART = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

  /**
   * Reads a list.
   *
   * @throws IllegalArgumentException if the text is none; the message is a sentence
   */
  public static CoreList parse(String text) {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (String part : text.strip().split(",", -1)) {
      Matcher matcher = PART.matcher(part.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is no list of cores: write it as 0 or 0,2 or 0-3");
      }
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (last < first || last >= LIMIT) {
        throw new IllegalArgumentException(
            "\"" + part.strip() + "\" in \"" + text + "\" is no range of cores below " + LIMIT);
      }
      IntStream.rangeClosed(first, last).forEach(numbers::add);
    }
    return new CoreList(List.copyOf(numbers));
  }

  /**
   * The cores that this thread may use now, in Linux's own notation, as {@code 0-2,5}; empty where
   * they cannot be told.
   */
  public static String allowedHere() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(ALLOWED))
          .map(line -> line.substring(ALLOWED.length()).strip())
          .findFirst()
          .orElse("");
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  /** For people: {@code core 2} or {@code cores 0,1}. */
  public String described() {
    return (numbers.size() == 1 ? "core " : "cores ") + this;
  }

  @Override
  public String toString() {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
