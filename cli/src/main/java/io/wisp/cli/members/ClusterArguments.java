// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.members;

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

  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(24);

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
      defaultValue = "10m",
      description =
          "How long all of it may take, 1s to 24h; ${DEFAULT-VALUE} unless given. A new member is"
              + " sent all that is stored.")
  private Duration timeout = Duration.ZERO;

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
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw UserError.usage("--timeout " + timeout.toMillis() + "ms is not between 1s and 24h");
    }
    return timeout;
  }
}
