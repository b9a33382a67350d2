// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.testing.Property;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs as Ratis writes them: see also RaftWriteLogTest, which has Ratis write them. */
class LogTailTest {

  private static final int MADE_WITH = 4096;

  @TempDir private Path group;
  private Path folder;
  private final List<String> notices = new ArrayList<>();

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(group.resolve("current"));
  }

  private static byte[] entry(int length) {
    return entry(length, 7);
  }

  private static byte[] entry(int length, int index) {
    byte[] content = new byte[length];
    Arrays.fill(content, (byte) 'e');
    System.arraycopy(new byte[] {8, 1, 16, (byte) index}, 0, content, 0, Math.min(4, length));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int left = length;
    for (; left > 0x7f; left >>>= 7) {
      bytes.write((left & 0x7f) | 0x80);
    }
    bytes.write(left);
    bytes.writeBytes(content);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.toByteArray());
    bytes.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    return bytes.toByteArray();
  }

  private static byte[] log(int... lengths) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("RaftLog1".getBytes(US_ASCII));
    int index = 3;
    for (int length : lengths) {
      bytes.writeBytes(entry(length, index++));
    }
    return bytes.toByteArray();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("log_inprogress_0"), bytes);
  }

  @Test
  void shouldLeaveAWholeLogAsItIs() throws Exception {
    for (byte[] log : List.of(log(), log(9, 200, 40_000), "Raft".getBytes(US_ASCII), new byte[0])) {
      for (int size : new int[] {log.length, log.length + MADE_WITH}) {
        byte[] whole = Arrays.copyOf(log, size);
        Path file = write(whole);
        LogTail.mend(folder, notices::add);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
      }
    }
    assertThat(notices).isEmpty();
    LogTail.mend(folder.resolve("not there"), notices::add);
  }

  @Test
  void shouldCutOffWhateverIsThereOfTheLastEntry() {
    byte[] before = log(9, 200);
    byte[] last = entry(20_000);
    Property.check(
        200,
        draw -> {
          int there = draw.ints(1, last.length - 1);
          boolean madeWithZeros = draw.anyBoolean();
          byte[] log =
              Arrays.copyOf(before, before.length + (madeWithZeros ? last.length + 100 : there));
          System.arraycopy(last, 0, log, before.length, there);
          Path file = write(log);
          notices.clear();
          LogTail.mend(folder, notices::add);
          byte[] left = Files.readAllBytes(file);
          assertThat(left).isEqualTo(before);
          assertThat(Files.readAllBytes(group.resolve("cut-off")))
              .isEqualTo(Arrays.copyOfRange(log, before.length, log.length));
          assertThat(String.join("", notices)).contains("from byte " + before.length);
        });
  }

  @Test
  void shouldCutNothingThatItCannotKeep() throws Exception {
    Path kept = Files.createDirectory(group.resolve("cut-off"));
    byte[] log = log(9, 200);
    log[log.length - 1] ^= 1;
    Path file = write(log);
    assertThatThrownBy(() -> LogTail.mend(folder, notices::add))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be kept in " + kept)
        .hasMessageContaining("bytes of room");
    assertThat(Files.readAllBytes(file)).isEqualTo(log);
    assertThat(notices).isEmpty();
  }

  @Test
  void shouldCutOffAnEntryWithTheBytesOfAnOlderOne() throws Exception {
    byte[] before = log(9, 200);
    byte[] value = entry(100, 4);
    byte[] last = entry(20_000);
    System.arraycopy(value, 0, last, 500, value.length);
    byte[] log = Arrays.copyOf(before, before.length + 10_000);
    System.arraycopy(last, 0, log, before.length, 10_000);
    Path file = write(log);
    LogTail.mend(folder, notices::add);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldNotBeKeptBusyByWhatLooksLikeManyEntries(boolean behindNegative) throws Exception {
    byte[] log = Arrays.copyOf(log(9, 200), 16 << 20);
    int begin = log(9, 200).length;
    if (behindNegative) {
      // As a varint, a length of minus 2^62 bytes.
      byte[] negative = {0, -128, -128, -128, -128, -128, -128, -128, -128, -64, 1, 8, 1, 16, 100};
      System.arraycopy(negative, 0, log, begin, negative.length);
      begin += negative.length;
    }
    // Each announces a million bytes.
    byte[] like = {-1, -1, 63, 8, 1, 16, 100};
    for (int i = begin; i < log.length - like.length; i += like.length) {
      System.arraycopy(like, 0, log, i, like.length);
    }
    Path file = write(log);
    assertThatThrownBy(() -> LogTail.mend(folder, notices::add))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("keep a copy of the folder and cut the file");
  }

  @Test
  void shouldRefuseAnEntryThatIsDamagedBeforeOthers() {
    byte[] good = log(300, 200, 100);
    int end = good.length - entry(100).length;
    Property.check(
        200,
        draw -> {
          byte[] log = Arrays.copyOf(good, good.length + MADE_WITH);
          int at = draw.ints(8, end - 1);
          if (draw.anyBoolean()) {
            log[at] ^= (byte) (1 << draw.ints(0, 7));
          } else {
            // A page that was lost.
            Arrays.fill(log, 8, end, (byte) 0);
          }
          Path file = write(log);
          assertThatThrownBy(() -> LogTail.mend(folder, notices::add))
              .isInstanceOf(IOException.class)
              .hasMessageContaining(file.toString())
              .hasMessageContaining("damaged");
          assertThat(Files.readAllBytes(file)).isEqualTo(log);
        });
  }
}
