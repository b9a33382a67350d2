// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Arguments and environment of this process, by the bytes that it was started with. Java decodes
 * them by the locale: without one in UTF-8 every byte beyond ASCII becomes the same character, so
 * that two keys are one and a wrong password is right. Linux has the bytes under {@code
 * /proc/self}. Where they are not to be had, only text on which the locale leaves no doubt is
 * taken.
 */
public final class ProcessText {

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final Path ENVIRONMENT = Path.of("/proc/self/environ");
  private static final char REPLACEMENT = '\uFFFD';

  private ProcessText() {}

  /**
   * The arguments of this process, as {@link ByteText}.
   *
   * @param decoded as Java gave them to the main method
   * @throws UserError if Java may have changed one and its bytes are not to be had
   */
  public static String[] arguments(String[] decoded) {
    return arguments(decoded, strings(COMMAND_LINE), localeCharset());
  }

  /** The same with a command line that may be another's; empty if there is none. */
  static String[] arguments(String[] decoded, List<byte[]> commandLine, Charset locale) {
    int before = commandLine.size() - decoded.length;
    String[] texts = new String[decoded.length];
    for (int i = 0; i < decoded.length; i++) {
      byte[] bytes = before < 0 ? new byte[0] : commandLine.get(before + i);
      texts[i] =
          new String(bytes, locale).equals(decoded[i])
              ? ByteText.decode(bytes)
              : requireCertain("argument " + (i + 1), decoded[i], locale);
    }
    return texts;
  }

  /**
   * A variable of the environment, as {@link ByteText}, or null if it is not set.
   *
   * @throws UserError if Java may have changed it and its bytes are not to be had
   */
  public static @Nullable String variable(String name) {
    return variable(name, System.getenv(name), strings(ENVIRONMENT), localeCharset());
  }

  /** The same with an environment that may be another's; empty if there is none. */
  static @Nullable String variable(
      String name, @Nullable String decoded, List<byte[]> environment, Charset locale) {
    if (decoded == null) {
      return null;
    }
    Optional<String> exact =
        environment.stream()
            .map(ByteText::decode)
            .filter(entry -> entry.startsWith(name + "="))
            .findFirst()
            .map(entry -> entry.substring(name.length() + 1));
    return exact.orElseGet(() -> requireCertain(name, decoded, locale));
  }

  private static String requireCertain(String what, String decoded, Charset locale) {
    if (decoded.indexOf(REPLACEMENT) >= 0 || !decoded.equals(through(locale, decoded))) {
      throw UserError.usage(
          ("%s has characters that this locale's encoding, %s, does not have:"
                  + " set LC_ALL to a locale in UTF-8")
              .formatted(what, locale));
    }
    return decoded;
  }

  private static String through(Charset charset, String text) {
    return charset.canEncode() ? new String(text.getBytes(charset), charset) : "";
  }

  /** The strings of a file in which each ends with a zero byte; none if it cannot be read. */
  private static List<byte[]> strings(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      List<byte[]> strings =
          Stream.of(text.split("\0", -1))
              .map(each -> each.getBytes(StandardCharsets.ISO_8859_1))
              .toList();
      return strings.subList(0, strings.size() - 1);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What Java decodes arguments and environment by. */
  static Charset localeCharset() {
    return Charset.forName(System.getProperty("sun.jnu.encoding"), Charset.defaultCharset());
  }
}
