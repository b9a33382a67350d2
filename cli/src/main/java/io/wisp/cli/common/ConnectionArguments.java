// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Waiting;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that server and clients have in common: how an end of a connection works. */
public final class ConnectionArguments {

  private static final Pattern DEVICE =
      Pattern.compile("(?<name>[^:]*)(?::(?<port>[^:]*)(?::(?<gid>[^:]*))?)?");
  private static final Range DEVICE_PORTS = new Range(1, 255);
  private static final Range GID_INDEXES = new Range(0, 65_535);

  @Option(
      names = "--wait",
      paramLabel = "poll|spin|sleep",
      description =
          "How to wait for the other side: poll without ever sleeping, the shortest latency for a"
              + " whole core a thread; spin for a moment, then sleep; or sleep at once. spin unless"
              + " given.")
  private @Nullable Waiting waiting;

  @Option(names = "--busy-poll", description = "The same as --wait poll.")
  private boolean busyPoll;

  @Option(
      names = "--device",
      paramLabel = "NAME[:PORT[:GID_INDEX]]",
      description = "With rdma: the RDMA device to use; one that works is chosen unless given.")
  private @Nullable String device;

  /**
   * How to wait for the other side.
   *
   * @throws UserError if two options say different things about it
   */
  public Waiting waiting() {
    Waiting asked = waiting;
    if (busyPoll && asked != null && asked != Waiting.POLL) {
      throw UserError.usage(
          "--busy-poll means --wait poll, and --wait "
              + asked.word()
              + " is something else: use one of them");
    }
    if (busyPoll) {
      return Waiting.POLL;
    }
    return asked == null ? Waiting.SPIN : asked;
  }

  /**
   * The RDMA device that was asked for, or null if any will do.
   *
   * @throws UserError if the text is not of the shape that a device has
   */
  public @Nullable String device() {
    return device == null ? null : wellFormed("--device " + device, device);
  }

  private static String wellFormed(String option, String device) {
    Matcher parts = DEVICE.matcher(device);
    if (!parts.matches()) {
      throw UserError.usage(option + " has more parts than NAME:PORT:GID_INDEX");
    }
    if (parts.group("name").isBlank()) {
      throw UserError.usage(option + " has no name; it is NAME[:PORT[:GID_INDEX]], as mlx5_0:1:3");
    }
    check(option, "port", parts.group("port"), DEVICE_PORTS);
    check(option, "GID index", parts.group("gid"), GID_INDEXES);
    return device;
  }

  private static void check(String option, String part, @Nullable String text, Range range) {
    if (text == null) {
      return;
    }
    try {
      range.check(option + ": " + part, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw UserError.usage(
          option
              + ": "
              + part
              + " \""
              + text
              + "\" is no whole number from "
              + range.least()
              + " to "
              + range.most());
    }
  }
}
