// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.io.File;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A real redis-server of this machine, which listens on a socket in a folder and nowhere else. */
final class RedisServer implements AutoCloseable {

  private final Path socket;
  private final Process process;

  private RedisServer(Path socket, Process process) {
    this.socket = socket;
    this.process = process;
  }

  /**
   * Starts one, or returns null if this machine has none. Debian has its program twice: as
   * redis-server, and in redis-tools under a name for checking files; the name that it is started
   * by decides what it does. So the tools are enough, and no server of the system is installed.
   */
  static @Nullable RedisServer start(Path folder) throws IOException, InterruptedException {
    Path program = find("redis-server");
    if (program == null) {
      Path sameProgram = find("redis-check-rdb");
      if (sameProgram == null) {
        return null;
      }
      program = Files.createSymbolicLink(folder.resolve("redis-server"), sameProgram);
    }
    Path socket = folder.resolve("socket");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--port",
                "0",
                "--unixsocket",
                socket.toString(),
                "--save",
                "",
                "--maxmemory",
                "64mb")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    RedisServer server = new RedisServer(socket, process);
    while (!Files.exists(socket)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new IOException(Files.readString(folder.resolve("log")));
      }
    }
    return server;
  }

  private static @Nullable Path find(String program) {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(String.valueOf(System.getenv("PATH")))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  SocketAddress address() {
    return UnixDomainSocketAddress.of(socket);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
