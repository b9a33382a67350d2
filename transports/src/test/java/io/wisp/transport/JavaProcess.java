package io.wisp.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A program of the tests in a process of its own, which can be stopped and killed. */
public final class JavaProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  /**
   * Starts one with this process's own JDK, class path and choice of compilers.
   *
   * @param program has the method main
   */
  public JavaProcess(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What keeps a JVM alive in an emulated machine, and where its death is looked for: see
    // scripts/rdma-tests.sh.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            flag -> flag.startsWith("-XX:TieredStopAtLevel=") || flag.startsWith("-XX:ErrorFile="))
        .forEach(command::add);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** The next line that it prints. */
  public String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the process ended with " + process.onExit().join().exitValue());
    }
    return line;
  }

  /** SIGSTOP, and waits until each of its threads has seen it: one answers nobody from then on. */
  public void stop() throws IOException, InterruptedException {
    signal("STOP");
    while (!isStopped()) {
      Thread.sleep(1);
    }
  }

  /** SIGCONT: it goes on. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + name + " answers " + exit);
    }
  }

  /** The state of a thread is the letter behind its name, which is in brackets: see proc(5). */
  private boolean isStopped() {
    try (Stream<Path> threads = Files.list(Path.of("/proc", process.pid() + "", "task"))) {
      for (Path thread : threads.toList()) {
        String status = Files.readString(thread.resolve("stat"));
        if (status.charAt(status.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    } catch (IOException e) {
      return false; // a thread has ended meanwhile
    }
    return true;
  }

  /** SIGKILL: it has no time to clear anything up. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
