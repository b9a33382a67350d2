// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.measure.input.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line behind {@code wisp cluster}. */
@Command(name = "wisp cluster", sortOptions = false)
public final class ClusterArguments {

  private static final Duration LONGEST = Duration.ofHours(24);

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      description =
          "The nodes' password. The environment's WISP_PASSWORD says it without showing it to other"
              + " users of the machine.")
  @Nullable String password;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "How long all of it may take, 1s to 24h; 10m unless given. A new member is sent all that"
              + " is stored.")
  private @Nullable Duration timeout;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      description = "Of move: how long a node may be gone, 1s to 24h; 60s unless given.")
  private @Nullable Duration patience;

  @Option(
      names = {"-h", "--help"},
      description = "Show this help.")
  boolean help;

  @Parameters(hidden = true)
  List<String> words = new ArrayList<>();

  /**
   * How long all of it may take.
   *
   * @throws UserError if that is beyond a limit
   */
  Duration timeout() {
    refuse("--patience", patience);
    return within("--timeout", timeout, Duration.ofMinutes(10));
  }

  /**
   * How long a node may be gone while slots move, which may take as long as there are records.
   *
   * @throws UserError if that is beyond a limit
   */
  Duration patience() {
    refuse("--timeout", timeout);
    return within("--patience", patience, Duration.ofSeconds(60));
  }

  private void refuse(String option, @Nullable Duration time) {
    if (time != null) {
      throw UserError.usage(option + " means nothing with cluster " + words.getFirst());
    }
  }

  private static Duration within(String option, @Nullable Duration given, Duration usual) {
    Duration time = given == null ? usual : given;
    if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(LONGEST) > 0) {
      throw UserError.usage(option + " " + time.toMillis() + "ms is not between 1s and 24h");
    }
    return time;
  }
}
