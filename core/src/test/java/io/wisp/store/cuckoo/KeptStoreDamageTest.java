// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regions that no process left like this: refused or recovered in words, without a wrong value. */
@ParameterizedClass
@ValueSource(ints = {1, 4})
class KeptStoreDamageTest {

  private static final int SIZE = 2 << 20;
  private static final int KEYS = 2000;
  private static final CuckooStore.Options OPTIONS = CuckooStore.Options.ofCapacity(SIZE);

  /** Of a recovery. */
  @Parameter private int threads;

  @TempDir private Path folder;
  private KeptStores kept;
  private byte[] sound = new byte[0];
  private long damaged;

  @BeforeEach
  void fill() throws IOException {
    kept = new KeptStores(folder, OPTIONS, threads);
    SplittableRandom random = new SplittableRandom(1);
    // Each is replaced some times, so that there are older ones in memory.
    for (int i = 0; i < 5 * KEYS; i++) {
      kept.put("key " + random.nextInt(KEYS), "first " + "x".repeat(random.nextInt(60)));
    }
    for (int i = 0; i < KEYS; i++) {
      kept.put("key " + i, value(i));
    }
    sound = kept.bytes();
  }

  @AfterEach
  void close() {
    kept.close();
  }

  private static String value(int key) {
    // One of them has a segment of its own.
    return "value of " + key + " " + "y".repeat(key == 0 ? 20_000 : key % 70);
  }

  private static Path lockOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".lock");
  }

  /** What a store says that was opened on other bytes, or how many keys it has lost. */
  private String outcome(byte[] bytes) throws IOException {
    Path file = kept.write(bytes);
    try {
      return outcome(file);
    } finally {
      Files.delete(file);
    }
  }

  private String outcome(Path file) throws IOException {
    try (CuckooStore store = RecoveryThreads.keep(OPTIONS, file, threads)) {
      StoreInspector.check(store);
      int lost = 0;
      for (int i = 0; i < KEYS; i++) {
        String value = KeptStores.get(store, "key " + i);
        if (value == null) {
          lost++;
        } else {
          assertThat(value).isEqualTo(value(i));
        }
      }
      damaged = store.recovery().orElseThrow().damaged();
      assertThat(lockOf(file)).exists();
      return "lost " + lost;
    } catch (IOException refused) {
      assertThat(refused).hasMessageContaining(file.toString());
      return String.valueOf(refused.getMessage());
    }
  }

  @Test
  void shouldGoOnWithWhatIsSound() throws IOException {
    assertThat(outcome(sound)).isEqualTo("lost 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 50, 1000})
  void shouldServeNoWrongValueWhateverBitsAreFlipped(int flips) throws IOException {
    SplittableRandom random = new SplittableRandom(flips);
    for (int round = 0; round < 12; round++) {
      byte[] bytes = sound.clone();
      for (int i = 0; i < flips; i++) {
        bytes[random.nextInt(SIZE)] ^= (byte) (1 << random.nextInt(8));
      }
      String outcome = outcome(bytes);
      assertThat(outcome).matches("lost \\d+|cannot go on with what .*");
      if (outcome.startsWith("lost ")) {
        assertThat(damaged).isGreaterThanOrEqualTo(Long.parseLong(outcome.substring(5)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 4096, 200_000})
  void shouldServeNoWrongValueWhateverIsOverwritten(int length) throws IOException {
    SplittableRandom random = new SplittableRandom(length);
    for (int round = 0; round < 8; round++) {
      byte[] bytes = sound.clone();
      int from = random.nextInt(SIZE - length) & -8;
      if (random.nextBoolean()) {
        Arrays.fill(bytes, from, from + length, (byte) 0);
      } else {
        System.arraycopy(sound, random.nextInt(SIZE - length) & -8, bytes, from, length);
      }
      assertThat(outcome(bytes)).matches("lost \\d+|cannot go on with what .*");
    }
  }

  @Test
  void shouldLoseOneRecordAndSaySoWhenOneIsDamaged() throws IOException {
    byte[] bytes = sound.clone();
    int record = (int) Locations.recordOf(kept.store(), Slice.of("key 7"));
    bytes[record + 30] ^= 1;
    assertThat(outcome(bytes)).isEqualTo("lost 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0|4702111234474983745|it holds no table of Wisp: it starts with 0x4141414141414141
          8|3|its table has format version 3, and this Wisp goes on only with version 4: use the Wisp that made it
          16|1|its header is damaged
          32|1|its header is damaged
          48|1|its header is damaged
          64|0|its table says that it has 0 buckets
          64|511|its table says that it has 511 buckets; one such as this has 512 to
          64|1000000|its table says that it has 1000000 buckets
          64|515|its header is damaged: it says that its index has 9 pages, which has 10 to
          144|65537|its header is damaged
          144|-1|its header is damaged
          160|0|its header is damaged: it says that its index has 0 pages, which has 9 to
          160|513|its header is damaged: it says that its index has 513 pages
          """)
  void shouldRefuseADamagedHeaderInWords(int offset, long word, String message) throws IOException {
    byte[] bytes = sound.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, word);
    assertThat(outcome(bytes)).contains(message, "remove it, and what it holds is lost");
  }

  @Test
  void shouldRefuseEveryDamageOfTheWordsThatNeverChange() throws IOException {
    for (int offset : new int[] {0, 8, 16, 32, 40, 48, 128, 136, 144}) {
      for (int bit = 0; bit < 64; bit += 7) {
        byte[] bytes = sound.clone();
        bytes[offset + bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(outcome(bytes)).startsWith("cannot go on");
      }
    }
  }

  @Test
  void shouldRefuseADamagedRecoveryAreaInWords() throws IOException {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    ByteBuffer words = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
    words.putLong((int) area.offset(), 8193);
    assertThat(outcome(words.array())).contains("its journal makes no sense");
    words.putLong((int) area.offset(), 1);
    assertThat(outcome(words.array())).contains("its journal makes no sense");
    words.putLong((int) area.offset(), 0);
    words.putLong((int) area.lengthOffset(0), 1);
    assertThat(outcome(words.array())).contains("no segment has 1 pages at page 0");
  }

  /** Of what lies between its records, the header of one dead record says how long it is. */
  @Test
  void shouldRefuseASegmentThatIsLongerThanTheLongestRecord() throws IOException {
    int size = 80 << 20;
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(size);
    Path file = folder.resolve("large");
    CuckooStore.keep(options, file).close();
    Geometry geometry = Geometry.of(size);
    int longest = geometry.pagesFor(RecordLayout.MAX_SIZE);
    setLength(file, RecoveryArea.of(geometry).lengthOffset(1000), longest + 1);
    assertThatThrownBy(() -> RecoveryThreads.keep(options, file, threads))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no segment has " + (longest + 1) + " pages at page 1000");
    setLength(file, RecoveryArea.of(geometry).lengthOffset(1000), longest);
    try (CuckooStore store = RecoveryThreads.keep(options, file, threads)) {
      StoreInspector.check(store);
      assertThat(store.size()).isZero();
    }
  }

  private static void setLength(Path file, long at, long pages) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(word.putLong(0, pages), at);
    }
  }

  /** Whatever it says, it costs no entry; or the table is refused, and all is there once mended. */
  @Test
  void shouldLoseNothingByADamagedLengthOfASegment() throws IOException {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    byte[] bytes = sound.clone();
    int segments = 0;
    int refused = 0;
    for (int page = 0; page < area.pages(); page++) {
      long length = words(bytes).getLong((int) area.lengthOffset(page));
      if (length > 0) {
        segments++;
        for (long other : new long[] {0, 1, length / 2, length - 1, length + 1}) {
          refused += isRefused(bytes, page, other) ? 1 : 0;
        }
      } else if (page % 29 == 0) {
        refused += isRefused(bytes, page, 3) ? 1 : 0;
      }
    }
    assertThat(segments).isGreaterThan(4);
    assertThat(refused).isGreaterThan(2 * segments);
  }

  private static ByteBuffer words(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private boolean isRefused(byte[] bytes, int page, long other) throws IOException {
    int at = (int) RecoveryArea.of(Geometry.of(SIZE)).lengthOffset(page);
    ByteBuffer words = words(bytes);
    long length = words.getLong(at);
    words.putLong(at, other);
    Path file = kept.write(bytes);
    words.putLong(at, length);
    String outcome = outcome(file);
    boolean isRefused = !outcome.startsWith("lost ");
    if (isRefused) {
      assertThat(outcome).contains("its recovery area is damaged: ");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(words.slice(at, Long.BYTES), at);
      }
      outcome = outcome(file);
    }
    assertThat(outcome).as("page %d, %d for %d pages", page, other, length).isEqualTo("lost 0");
    Files.delete(file);
    return isRefused;
  }

  /** Its end seems to lie before the first record of another segment. */
  @Test
  void shouldLoseNoRecordOfWhichTheEndSeemsToBeInAnotherSegment() throws IOException {
    // The highest pages are given first.
    kept.put("next", "x".repeat(20_000));
    kept.put("long", "x".repeat(20_000));
    int page = pageOf("long");
    assertThat(pageOf("next")).as("beside it").isEqualTo(page + 5);
    byte[] bytes = kept.bytes();
    setLengths(bytes, page, 2, 8, 0);
    Path file = kept.write(bytes);
    assertThat(outcome(file)).contains("records that are not all in a segment: 1");
    bytes = Files.readAllBytes(file);
    setLengths(bytes, page, 5, 0, 5);
    assertThat(kept.recover(bytes).damaged()).isZero();
    assertThat(kept.get("long")).isEqualTo("x".repeat(20_000));
  }

  /** Of segments at a page, in the middle of the record that is there, and behind it. */
  private static void setLengths(byte[] bytes, int page, int first, int middle, int next) {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    words(bytes).putLong((int) area.lengthOffset(page), first);
    words(bytes).putLong((int) area.lengthOffset(page + 2), middle);
    words(bytes).putLong((int) area.lengthOffset(page + 5), next);
  }

  @Test
  void shouldLoseNothingByADamagedNumberOfBuckets() throws IOException {
    Table table = kept.store().table();
    long buckets = table.index().buckets();
    while (table.index().entriesIn(table.index().buckets() - 1) == 0
        || table.index().buckets() == buckets) {
      assertThat(table.growth().grow(Integer.MAX_VALUE)).isTrue();
    }
    byte[] bytes = kept.bytes();
    int at = (int) RegionHeader.BUCKETS_OFFSET;
    words(bytes).putLong(at, table.index().buckets() - 1);
    Path file = kept.write(bytes);
    assertThat(outcome(file)).contains("its number of buckets is damaged");
    bytes = Files.readAllBytes(file);
    words(bytes).putLong(at, table.index().buckets());
    assertThat(outcome(bytes)).isEqualTo("lost 0");
  }

  private int pageOf(String key) {
    long record = Locations.recordOf(kept.store(), Slice.of(key));
    return (int) (record >>> kept.store().table().geometry().pageShift());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldNotTakeATableWithoutSegmentsForAnEmptyOne(boolean machineEnded) throws IOException {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    byte[] bytes = sound.clone();
    Arrays.fill(bytes, (int) area.lengthOffset(0), (int) area.lengthOffset(area.pages()), (byte) 0);
    bytes[(int) RegionHeader.BOOT_ID_OFFSET] ^= (byte) (machineEnded ? 1 : 0);
    assertThat(outcome(bytes))
        .contains("its recovery area is damaged: records that are not all in a segment: " + KEYS);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldDropAndCountWhatIsInNoSegmentAfterTheEndOfTheMachine() throws IOException {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    ByteBuffer words = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int page = pageOf("key 7");
    while (words.getLong((int) area.lengthOffset(page)) == 0) {
      page--;
    }
    words.putLong((int) area.lengthOffset(page), 0);
    words.put((int) RegionHeader.BOOT_ID_OFFSET, (byte) (sound[168] ^ 1));
    assertThat(outcome(words.array())).matches("lost [1-9]\\d*");
    assertThat(damaged).isPositive();
  }

  @Test
  void shouldRefuseAVersionAboveTheBoundOfVersions() throws IOException {
    RegionHeader.setVersionBound(kept.region(), 1);
    assertThat(outcome(kept.bytes())).contains("it says that no version is above 1, and there is");
  }

  @Test
  void shouldRefuseEveryDamageOfACommittedJournal() throws IOException {
    RecoveryArea area = RecoveryArea.of(Geometry.of(SIZE));
    long slot = Locations.slotAddressOf(kept.store(), Slice.of("key 1"));
    Journal journal = new Journal(kept.region(), area);
    journal.begin();
    journal.note(slot, Locations.slotOf(kept.store(), Slice.of("key 1")));
    journal.note(slot + 1, 0);
    journal.commit();
    assertThat(outcome(kept.bytes())).contains("its journal makes no sense");
    journal.begin();
    journal.note(slot, Locations.slotOf(kept.store(), Slice.of("key 1")));
    journal.commit();
    assertThat(outcome(kept.bytes())).isEqualTo("lost 0");
    for (int at : new int[] {0, 2, 7, 64, 71, 72, 79}) {
      byte[] bytes = kept.bytes();
      bytes[(int) area.offset() + at] ^= 4;
      assertThat(outcome(bytes)).as("byte %d", at).contains("its journal makes no sense");
    }
  }

  @Test
  void shouldRefuseAFileThatWasCutShortOrIsOfAnotherSize() throws IOException {
    for (int length : new int[] {0, 100, SIZE / 2, SIZE - 1}) {
      assertThat(outcome(Arrays.copyOf(sound, length)))
          .contains("has " + length + " bytes, and " + SIZE + " are asked for");
    }
    assertThat(outcome(Arrays.copyOf(sound, SIZE + 4096))).contains("are asked for");
  }

  @Test
  void shouldRefuseWhatIsInUseAndWhatIsNoFile() throws IOException {
    assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, kept.file()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            kept.file()
                + " is in use by a server that is running: stop that one, or name another file");
    assertThat(KeptStores.get(kept.store(), "key 1")).isEqualTo(value(1));
    Path other = Files.createLink(folder.resolve("other name"), kept.file());
    assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(other + " is in use by a server that is running");
    assertThat(lockOf(kept.file())).exists();
    Path nowhere = folder.resolve("nowhere/region");
    assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, nowhere))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot keep " + nowhere + ": there is no such folder");
    Path link = Files.createSymbolicLink(folder.resolve("link"), kept.file());
    assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, link))
        .isInstanceOf(IOException.class)
        .hasMessage(link + " is no file that could be kept: name another one");
    for (Path none : new Path[] {folder, Path.of("/")}) {
      assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, none))
          .isInstanceOf(IOException.class)
          .hasMessage(none + " is no file that could be kept: name another one");
    }
    assertThat(lockOf(folder)).doesNotExist();
  }

  /** As copies have them, and without space for them whoever writes there is killed. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldFillHolesAndKeepOthersOut() throws Exception {
    Path file = kept.write(sound);
    Path copy = folder.resolve("copy");
    run("cp", "--sparse=always", file.toString(), copy.toString());
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-rw-r--"));
    assertThat(512 * blocks(copy)).as("has holes").isLessThan(SIZE);
    CuckooStore.keep(OPTIONS, copy).close();
    assertThat(512 * blocks(copy)).isGreaterThanOrEqualTo(SIZE);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
  }

  private static long blocks(Path file) throws Exception {
    return Long.parseLong(run("stat", "--format=%b", file.toString()).strip());
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }

  @Test
  void shouldChangeNothingOfAFileThatHoldsNoTable() throws Exception {
    Path image = folder.resolve("image");
    Files.writeString(image, "somebody's");
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-r--r--"));
    run("truncate", "--size=" + SIZE, image.toString());
    long blocks = blocks(image);
    assertThatThrownBy(() -> CuckooStore.keep(OPTIONS, image))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no table of Wisp");
    assertThat(blocks(image)).isEqualTo(blocks);
    assertThat(Files.getPosixFilePermissions(image)).hasSize(4);
    assertThat(Files.readAllBytes(image)).startsWith("somebody's".getBytes(UTF_8));
    assertThat(lockOf(image)).doesNotExist();
  }

  @Test
  void shouldTakeAFileThatWasNeverPublishedForNone() throws IOException {
    Path file = folder.resolve("mine");
    Path unfinished = folder.resolve(".mine.wisp-unfinished");
    Files.write(unfinished, new byte[100]);
    Path another = Files.write(folder.resolve("mine.new"), new byte[100]);
    try (CuckooStore store = CuckooStore.keep(OPTIONS, file)) {
      assertThat(store.recovery()).isEmpty();
      assertThat(store.size()).isZero();
      assertThat(Files.exists(unfinished)).isFalse();
      assertThat(Files.size(another)).isEqualTo(100);
    }
    assertThat(Files.size(file)).isEqualTo(SIZE);
  }
}
