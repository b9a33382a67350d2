// SPDX-License-Identifier: Apache-2.0
package io.wisp.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code /dev/shm} of the tests' own, of any size, for processes that are started behind {@link
 * #command}. It takes root or user namespaces; a test that can have neither is skipped.
 */
public final class SharedMemory implements AutoCloseable {

  private final Process keeper;

  private SharedMemory(Process keeper) {
    this.keeper = keeper;
  }

  /**
   * Makes one.
   *
   * @param size of the file system, as {@code 8m}
   * @param preparation what a shell does there first
   */
  public static SharedMemory of(String size, String preparation) throws IOException {
    List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
    if (!isRoot()) {
      command.add("--map-root-user");
    }
    String mount = "mount -t tmpfs -o mode=1777,size=" + size + " tmpfs /dev/shm";
    // It says that all is there, and then keeps it until its input ends.
    String keep = "set -e; " + mount + "; echo mounted; " + preparation + "; echo ready; exec cat";
    command.addAll(List.of("sh", "-c", keep));
    Process keeper;
    try {
      keeper = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      keeper = new ProcessBuilder("false").start();
    }
    SharedMemory made = new SharedMemory(keeper);
    assumeTrue(
        "mounted".equals(made.line()), "a /dev/shm of its own takes root, or user namespaces");
    assertThat(made.line()).isEqualTo("ready");
    return made;
  }

  /** Reads no further than that, unlike a reader with a buffer. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = keeper.getInputStream().read();
        next >= 0 && next != '\n';
        next = keeper.getInputStream().read()) {
      line.append(new String(new byte[] {(byte) next}, StandardCharsets.US_ASCII));
    }
    return line.toString();
  }

  /** The beginning of a command that runs there. */
  public List<String> command() {
    String here = "--wd=" + Path.of("").toAbsolutePath();
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--target", keeper.pid() + "", "--mount", here));
    if (!isRoot()) {
      command.addAll(List.of("--user", "--preserve-credentials"));
    }
    return command;
  }

  /** Where it can be looked at from here. */
  public Path path() {
    return Path.of("/proc", keeper.pid() + "", "root/dev/shm");
  }

  /** What another user does there in a shell, for a preparation. */
  public static String asAnotherUser(String what) {
    requireRoot();
    assertThat(what).doesNotContain("'");
    return "setpriv --reuid 64123 --regid 64123 --clear-groups sh -c '" + what + "'";
  }

  /** Skips a test that needs more users than one. */
  public static void requireRoot() {
    assumeTrue(isRoot(), "only root can be another user as well");
  }

  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    keeper.destroyForcibly().onExit().join();
  }
}
