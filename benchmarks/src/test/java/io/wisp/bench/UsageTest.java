// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-p keySize=0      | keySize=0: a whole number from 1 to 65535 is wanted",
        "-p keySize=65536  | keySize=65536: a whole number from 1 to 65535 is wanted",
        "-p keySize=abc    | keySize=abc: a whole number from 1 to 65535 is wanted",
        "-p keySize=3,,4   | keySize=: a whole number from 1 to 65535 is wanted",
        "-p payloadSize=-1 | payloadSize=-1: a whole number from 0 to 67108864 is wanted",
        "-p payloadSize=67108865 | payloadSize=67108865: a whole number from 0 to 67108864 is wanted",
        "-p pipeline=0     | pipeline=0: a whole number from 1 to 100000 is wanted",
        "-p serverThreads=0 | serverThreads=0: a whole number from 1 to 1024 is wanted",
        "-p busyPoll=maybe | busyPoll=maybe: true, false or auto is wanted",
        "-p server=host:99999 | server=host:99999: port 99999 is not between 0 and 65535",
        "-p server=host:0  | server=host:0: a server has no port 0",
        "-p get=both       | get=both: \"both\" is no way to get; there are auto, onesided, ring",
        "-p device=:1      | device=:1: \":1\" is no RDMA device: NAME, NAME:PORT or NAME:PORT:GID_INDEX is wanted",
        "-p device=a:1:2:3 | device=a:1:2:3: \"a:1:2:3\" is no RDMA device: NAME, NAME:PORT or NAME:PORT:GID_INDEX is wanted",
        "-p device=rxe0:0  | device=rxe0:0: the port \"0\" in the RDMA device \"rxe0:0\" is no number from 1 to 255",
        "-p device=rxe0:1:x | device=rxe0:1:x: the GID index \"x\" in the RDMA device \"rxe0:1:x\" is no number from 0 to 255",
        "-p ackTimeout=soon | ackTimeout=soon: \"soon\" is no time: write it as 500ms, 5s, 2m or 1h",
        "-p ackTimeout=0 | ackTimeout=0: 0ms is no ack timeout, which is longer than 0 and at most 8796s",
        "-p ackTimeout=3h | ackTimeout=3h: 10800000ms is no ack timeout, which is longer than 0 and at most 8796s",
        "-p placement=left | placement=left: there is no placement \"left\"; there are free, shared, split",
        "-p operation=scan | operation=scan: there is no operation \"scan\"; there are get, put, delete, mixed, wisp",
        "StoreBenchmark -p store=drawer | store=drawer: there is no store \"drawer\"; there are wisp, concurrent-hash-map, chronicle-map",
        "-p transport=tcp,null -p get=ring | get is for rdma and shm, and means nothing to tcp, null",
        "-p transport=tcp,shm -p ackTimeout=67ms | ackTimeout is for rdma, and means nothing to tcp, shm",
        "-p transport=tcp -p device=rxe0 | device is for rdma, and means nothing to tcp",
      })
  void shouldRefuseAValueInOneSentence(String arguments, String sentence) throws IOException {
    assertThat(complaint(arguments.split(" "))).isEqualTo(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-p transport=pigeon | transport=pigeon: there is no transport \"pigeon\"; there are",
        "-p keysize=3 | there is no parameter \"keysize\"; did you mean keySize? There are ackTimeout,",
        "-p entries=5 | there is no parameter \"entries\"", // it is StoreBenchmark's
      })
  void shouldRefuseANameThatIsNone(String arguments, String beginning) throws IOException {
    assertThat(complaint(arguments.split(" "))).startsWith(beginning);
  }

  @Test
  void shouldRefuseAPatternThatMatchesNothing() throws IOException {
    assertThat(complaint("Nothing"))
        .startsWith("no benchmark matches Nothing; there are ")
        .contains("io.wisp.bench.TransportBenchmark.request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--colour     | colour",
        "-bm foo      | Known values are",
        "-t 0         | Cannot parse argument '0' of option t",
        "-wi abc      | Cannot parse argument 'abc' of option wi",
        "-w 5parsecs  | Cannot parse argument '5parsecs' of option w",
        "-rf bad      | there is no \"BAD\"; there are [TEXT, CSV, SCSV, JSON, LATEX]",
        "-tu zz       | Unknown time unit: zz",
        "-gc maybe    | -gc maybe: true or false is wanted",
        "-foe x       | -foe x: true or false is wanted",
        "Transport(   | Transport( is no regular expression: Unclosed group",
        "-e (         | -e ( is no regular expression: Unclosed group",
        "-wmb (       | -wmb ( is no regular expression: Unclosed group",
        "-prof nosuch | -prof nosuch: there is no such profiler",
        "-jvm /nonexistent/java   | -jvm /nonexistent/java: there is no such program",
        "-o /nonexistent/folder/x | -o /nonexistent/folder/x: there is no folder for it",
        "-rff /nonexistent/f/x    | -rff /nonexistent/f/x: there is no folder for it",
      })
  void shouldRefuseWhatIsWrongWithJmhsOwnOptionsInOneSentence(String option, String sentence)
      throws IOException {
    assertThat(complaint(option.split(" "))).contains(sentence).hasLineCount(1);
  }

  @Test
  void shouldRefuseAFolderWhoseNameCouldNotBeRead() throws IOException {
    assertThat(complaint("--results", "a\uFFFD"))
        .startsWith("--results a\uFFFD is no file name in this locale's encoding, ");
  }

  @Test
  void shouldFailIfAPartOfWhatItSaysIsLost() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream full =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("No space left on device");
              }
            },
            true,
            StandardCharsets.UTF_8);
    int code =
        BenchmarkCommand.guardedRun(
            List.of("-h"), full, new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("standard output cannot be written");
  }

  @Test
  void shouldRefuseAFolderThatExists() throws IOException {
    Files.createDirectory(folder.resolve("run"));

    assertThat(complaint("StoreBenchmark"))
        .isEqualTo(folder.resolve("run") + " exists already; name another folder");
  }

  private String complaint(String... arguments) throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--results");
    all.add(folder.resolve("run").toString());

    int code =
        BenchmarkCommand.run(
            all,
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    assertThat(code).isEqualTo(2);
    assertThat(folder.resolve("run.unfinished")).doesNotExist();
    return err.toString(StandardCharsets.UTF_8).strip();
  }
}
