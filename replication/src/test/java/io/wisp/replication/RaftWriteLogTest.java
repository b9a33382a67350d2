// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.ForwardingStore;
import io.wisp.store.KeySink;
import io.wisp.store.PendingWrites;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.transport.WriteLog;
import io.wisp.transport.WriteLog.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RaftWriteLogTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final String DONE = "done";

  @TempDir private Path temporary;
  private final ConcurrentLinkedQueue<String> notices = new ConcurrentLinkedQueue<>();
  private final WriteBatch batch = new WriteBatch();

  /** A store and its log. */
  private final class Logged implements AutoCloseable {

    private final CuckooStore store;
    private final RaftWriteLog log;

    Logged(long memory, long snapshotBytes) throws IOException {
      store = CuckooStore.open(memory);
      try {
        log = RaftWriteLog.open(data(), store, notices::add, snapshotBytes);
      } catch (Throwable failed) {
        store.close();
        throw failed;
      }
    }

    String append(boolean clears) throws InterruptedException {
      return RaftWriteLogTest.this.append(log, clears);
    }

    String put(String key, String value) throws InterruptedException {
      batch.put(Slice.of(key), Slice.of(value));
      return append(false);
    }

    @Nullable String get(String key) {
      byte[] value = store.get(key.getBytes(UTF_8));
      return value == null ? null : new String(value, UTF_8);
    }

    @Override
    public void close() {
      log.close();
      store.close();
    }
  }

  /** Appends what the batch says; the answer is DONE, or what became of it and why. */
  private String append(WriteLog log, boolean clears) throws InterruptedException {
    BlockingQueue<String> outcome = new LinkedBlockingQueue<>();
    log.append(batch, clears, (what, why) -> outcome.add(said(what, why)));
    batch.clear();
    String answer = outcome.poll(60, TimeUnit.SECONDS);
    return answer == null ? "no answer" : answer;
  }

  private static String said(Outcome outcome, String why) {
    return outcome == Outcome.DONE && why.isEmpty() ? DONE : outcome + ": " + why;
  }

  private Path data() {
    return temporary.resolve("data");
  }

  private Logged open() throws IOException {
    return new Logged(16 * MEBIBYTE, RaftWriteLog.LEAST_SNAPSHOT_BYTES);
  }

  private Path openSegment() throws IOException {
    try (Stream<Path> files = Files.walk(data())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Clients of an earlier process may read its memory by their leases until then. */
  @Test
  void shouldServeNothingBeforeAllLeasesAreOverThatAnEarlierProcessHasGranted() throws Exception {
    open().close();
    for (int i = 0; i < 3; i++) {
      long before = System.nanoTime();
      try (Logged logged = open()) {
        assertThat(logged.log.failure()).isNull();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(Reign.CLOSED_NANOS);
      }
    }
  }

  @Test
  void shouldGrantLeasesOfTheTableUntilItEnds() throws Exception {
    Logged logged = open();
    try (logged) {
      assertThat(logged.log.leasesTable()).isTrue();
      assertThat(logged.log.tableLeaseNanos()).isEqualTo(Reign.LEASE_NANOS);
      assertThat(logged.log.applied()).isZero();
    }
    assertThat(logged.log.tableLeaseNanos()).isZero();
  }

  @Test
  void shouldHaveAllThatWasAcknowledgedAfterARestart() throws Exception {
    try (Logged logged = open()) {
      assertThat(logged.put("a", "1")).isEqualTo(DONE);
      assertThat(logged.put("b", "2")).isEqualTo(DONE);
      batch.delete(Slice.of("a"), WriteCondition.ALWAYS, 0);
      batch.put(Slice.of("c"), Slice.of("3"), Long.MAX_VALUE / 4, WriteCondition.ALWAYS, 0);
      assertThat(logged.append(false)).isEqualTo(DONE);
    }
    for (int round = 0; round < 2; round++) {
      try (Logged logged = open()) {
        assertThat(logged.get("a")).isNull();
        assertThat(logged.get("b")).isEqualTo("2");
        RecordSink record = new RecordSink();
        assertThat(logged.store.get(Slice.of("c"), record)).isEqualTo(Status.FOUND);
        assertThat(record.expiresAt()).isEqualTo(Long.MAX_VALUE / 4);
        assertThat(record.version()).isEqualTo(4);
        assertThat(logged.log.applied()).isEqualTo(4 + round);
        assertThat(logged.put("round", "" + round)).isEqualTo(DONE);
      }
    }
    assertThat(notices).isEmpty();
  }

  @Test
  void shouldFailInALineWhenAThreadOfItEnds() throws Exception {
    // A thread of a log that was closed may still be there for a moment.
    Set<Thread> former = Thread.getAllStackTraces().keySet();
    PrintStream before = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Logged logged = open()) {
      assertThat(logged.put("a", "1")).isEqualTo(DONE);
      Thread leading =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().endsWith("LeaderStateImpl"))
              .filter(thread -> !former.contains(thread))
              .findFirst()
              .orElseThrow();
      Runnable ends =
          () -> {
            throw new IllegalStateException("it is CLOSED");
          };
      System.setErr(new PrintStream(printed, true, UTF_8));
      Thread another = new Thread(leading.getThreadGroup(), ends, "another");
      another.start();
      another.join();
      String why = "thread another of the log has ended: it is CLOSED";
      assertThat(logged.put("a", "2")).isEqualTo(Outcome.NOT_DONE + ": " + why);
      assertThat(logged.get("a")).isEqualTo("1");
      assertThat(notices).containsExactly("nothing is written any more: " + why);
      assertThat(data().resolve("raft.log")).content().contains("CLOSED", "\tat ");
    } finally {
      System.setErr(before);
    }
    assertThat(printed.toString(UTF_8)).isEmpty();
  }

  @Test
  void shouldClearWhatWasThereBefore() throws Exception {
    try (Logged logged = open()) {
      logged.put("a", "1");
      batch.put(Slice.of("b"), Slice.of("2"));
      assertThat(logged.append(true)).isEqualTo(DONE);
      assertThat(logged.store.size()).isEqualTo(1);
    }
    try (Logged logged = open()) {
      assertThat(logged.get("a")).isNull();
      assertThat(logged.get("b")).isEqualTo("2");
    }
  }

  @Test
  void shouldGoOnWithASnapshotAndWithoutTheLogBeforeIt() throws Exception {
    String value = "v".repeat(MEBIBYTE / 2);
    long before = 0;
    try (Logged logged = new Logged(256L * MEBIBYTE, 4 * MEBIBYTE)) {
      for (int i = 0; i < 200; i++) {
        assertThat(logged.put("key " + i % 8, i + value)).isEqualTo(DONE);
        before += value.length();
      }
    }
    assertThat(sizeOf(data())).isLessThan(before * 3 / 4);
    try (Logged logged = new Logged(256L * MEBIBYTE, 4 * MEBIBYTE)) {
      for (int i = 192; i < 200; i++) {
        assertThat(logged.get("key " + i % 8)).isEqualTo(i + value);
      }
      assertThat(logged.log.applied()).isEqualTo(200);
      assertThat(logged.put("one", "more")).isEqualTo(DONE);
    }
    assertThat(notices).isEmpty();
  }

  private static long sizeOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long size = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }

  /** A store whose disk, so to say, hangs. */
  private static final class HangingStore extends ForwardingStore {

    private final Store store;
    private final CountDownLatch hangs = new CountDownLatch(1);

    HangingStore(Store store) {
      this.store = store;
    }

    @Override
    protected Store store() {
      return store;
    }

    @Override
    public Status writeAll(WriteBatch batch) {
      try {
        hangs.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return store.writeAll(batch);
    }
  }

  @Test
  void shouldSayThatAnOutcomeIsNotKnownWhenAnEntryDoesNotEnd() throws Exception {
    HangingStore store = new HangingStore(CuckooStore.open(16 * MEBIBYTE));
    RaftWriteLog log = RaftWriteLog.open(data(), store, notices::add, MEBIBYTE, 3_000);
    try {
      // The log has surely taken it by then.
      assertThat(appendPut(log)).startsWith("UNKNOWN: ").contains("has not ended in 3000 ms");
      // Nobody has tried to write it.
      assertThat(appendPut(log)).startsWith("NOT_DONE: ").contains("has not ended in 3000 ms");
      assertThat(log.failure()).contains("hangs");
      assertThat(log.tableLeaseNanos()).isZero();
      // It may be given a moment after the outcome.
      Eventually.await(() -> !notices.isEmpty());
      assertThat(notices).singleElement().asString().contains("has not ended");
    } finally {
      store.hangs.countDown();
      log.close();
      store.close();
    }
  }

  @Test
  void shouldGoOnWhenAnotherServerAppendsWhileAnEntryIsUnderWay() throws Exception {
    HangingStore store = new HangingStore(CuckooStore.open(16 * MEBIBYTE));
    RaftWriteLog log = RaftWriteLog.open(data(), store, notices::add, MEBIBYTE);
    try {
      BlockingQueue<String> outcome = new LinkedBlockingQueue<>();
      batch.put(Slice.of("a"), Slice.of("1"));
      log.append(batch, false, (what, why) -> outcome.add(said(what, why)));
      assertThat(appendPut(log))
          .isEqualTo("NOT_DONE: another server of the process has an entry under way");
      store.hangs.countDown();
      assertThat(outcome.poll(60, TimeUnit.SECONDS)).isEqualTo(DONE);
      assertThat(appendPut(log)).isEqualTo(DONE);
    } finally {
      store.hangs.countDown();
      log.close();
      store.close();
    }
  }

  private String appendPut(RaftWriteLog log) throws InterruptedException {
    batch.put(Slice.of("key"), Slice.of("v".repeat(500)));
    return append(log, false);
  }

  @Test
  void shouldGoOnWhenThereIsNoHeapForASnapshotAndSaySo() throws Exception {
    try (CuckooStore store = CuckooStore.open(16 * MEBIBYTE)) {
      Store poor =
          new ForwardingStore() {
            @Override
            protected Store store() {
              return store;
            }

            @Override
            public long scan(long cursor, int atLeast, KeySink sink) {
              throw new OutOfMemoryError("no heap for this test");
            }
          };
      try (RaftWriteLog log = RaftWriteLog.open(data(), poor, notices::add, 1_000)) {
        for (int i = 0; i < 20 || notices.isEmpty(); i++) {
          assertThat(appendPut(log)).isEqualTo(DONE);
        }
      }
      assertThat(notices)
          .allSatisfy(
              notice ->
                  assertThat(notice).contains("a snapshot could not be taken", "no heap for"));
    }
  }

  @Test
  void shouldTakeTheLongestEntryThatThereIs() throws Exception {
    byte[] value = new byte[PendingWrites.MAX_COMMAND_BYTES];
    value[value.length - 1] = 7;
    try (Logged logged = new Logged(256L * MEBIBYTE, RaftWriteLog.LEAST_SNAPSHOT_BYTES)) {
      batch.put(Slice.of("a"), Slice.of(value));
      batch.put(Slice.of("b"), Slice.of(new byte[MEBIBYTE]));
      assertThat(logged.append(false)).isEqualTo(DONE);
    }
    try (Logged logged = new Logged(256L * MEBIBYTE, RaftWriteLog.LEAST_SNAPSHOT_BYTES)) {
      assertThat(logged.store.get("a".getBytes(UTF_8))).isEqualTo(value);
    }
  }

  @Test
  void shouldLeaveOutAnEntryThatWasBeingWritten() throws Exception {
    try (Logged logged = open()) {
      logged.put("a", "1");
    }
    Path segment = openSegment();
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      // The beginning of an entry of 300 bytes.
      file.write(ByteBuffer.wrap(new byte[] {(byte) 0xac, 2, 1, 2, 3}), file.size());
      file.write(ByteBuffer.wrap(new byte[1000]), file.size());
    }
    try (Logged logged = open()) {
      assertThat(logged.get("a")).isEqualTo("1");
      assertThat(logged.put("b", "2")).isEqualTo(DONE);
    }
    assertThat(notices).singleElement().asString().contains("left out", segment.toString());
  }

  @Test
  void shouldRefuseALogThatEndsBeforeWhatWasAcknowledged() throws Exception {
    try (Logged logged = open()) {
      for (int i = 0; i < 10; i++) {
        logged.put("key " + i, "v".repeat(1000));
      }
    }
    Path segment = openSegment();
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 2500);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("write 10 was acknowledged")
        .hasMessageContaining("cut short")
        .hasMessageContaining(data().resolve("acknowledged").toString());
    Files.delete(data().resolve("acknowledged"));
    try (Logged logged = open()) {
      assertThat(logged.get("key 0")).isNotNull();
      assertThat(logged.put("one", "more")).isEqualTo(DONE);
    }
  }

  @Test
  void shouldRefuseALogThatEndsBeforeWhatItsSnapshotHas() throws Exception {
    try (Logged logged = open()) {
      for (int i = 0; i < 10; i++) {
        logged.put("key " + i, "1");
      }
    }
    Path state = openSegment().resolveSibling("../sm");
    Files.createDirectories(state);
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      batch.putAs(Slice.of("key 9"), Slice.of("2"), Store.NEVER, 12);
      assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
      batch.clear();
      // It began before the first write.
      assertThat(new SnapshotWriter(store, () -> false).write(state.resolve("snapshot.1_0"), 0))
          .isTrue();
    }
    Files.delete(data().resolve("acknowledged"));
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ends with write 10, and its snapshot has a record of write 12");
  }

  @Test
  void shouldGoOnBehindAnEntryThatIsTooLong() throws Exception {
    try (Logged logged = new Logged(256L * MEBIBYTE, RaftWriteLog.LEAST_SNAPSHOT_BYTES)) {
      batch.put(Slice.of("a"), Slice.of(new byte[Entry.MAX_BYTES]));
      assertThatThrownBy(() -> logged.append(false)).isInstanceOf(IllegalArgumentException.class);
      batch.clear();
      assertThat(logged.put("a", "1")).isEqualTo(DONE);
    }
  }

  /** Those of all processes that the kernel knows, on files with an inode. */
  private static long locksOn(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .filter(line -> line.contains(inode))
        .count();
  }

  @Test
  void shouldKeepItsLockWhenAnotherServerOfTheProcessIsRefused() throws Exception {
    try (DataFolder folder = DataFolder.open(data())) {
      Path lock = folder.path().resolve("lock");
      assertThat(locksOn(lock)).isEqualTo(1);
      assertThatThrownBy(() -> DataFolder.open(data())).hasMessageContaining("is in use");
      assertThat(locksOn(lock)).isEqualTo(1);
    }
    DataFolder.open(data()).close();
  }

  @Test
  void shouldMakeAFolderThatOthersCannotReadAndLeaveOneThatIsThereAsItIs() throws Exception {
    Path made = temporary.resolve("a/b/data");
    DataFolder.open(made).close();
    assertThat(permissions(made)).isEqualTo("rwx------");
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x---"));
    DataFolder.open(made).close();
    assertThat(permissions(made)).isEqualTo("rwxr-x---");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void shouldRefuseALogThatIsDamaged() throws Exception {
    try (Logged logged = open()) {
      for (int i = 0; i < 10; i++) {
        logged.put("key " + i, "v".repeat(1000));
      }
    }
    Path segment = openSegment();
    byte[] bytes = Files.readAllBytes(segment);
    bytes[3000] ^= 1;
    Files.write(segment, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged, and others follow it")
        .hasMessageContaining(segment.toString());
  }

  @Test
  void shouldRefuseAFolderWhoseLogIsGone() throws Exception {
    try (Logged logged = open()) {
      logged.put("a", "1");
    }
    try (Stream<Path> files = Files.walk(data().resolve("raft"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(this::open).hasMessageContaining("write 1 was acknowledged");
  }

  @Test
  void shouldRefuseAStoreThatIsTooSmallForTheLog() throws Exception {
    try (Logged logged = open()) {
      for (int i = 0; i < 40; i++) {
        logged.put("key " + i, "v".repeat(100_000));
      }
    }
    assertThatThrownBy(() -> new Logged(MEBIBYTE, RaftWriteLog.LEAST_SNAPSHOT_BYTES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be carried out")
        .hasMessageContaining("--memory");
    assertThat(notices).isEmpty();
    try (Logged logged = open()) {
      assertThat(logged.store.size()).isEqualTo(40);
    }
  }

  @Test
  void shouldRefuseFoldersOfOthersAndItsOwnWhileItIsInUse() throws Exception {
    Path others = Files.createDirectory(temporary.resolve("others"));
    Files.writeString(others.resolve("letter.txt"), "dear");
    try (Store store = CuckooStore.open(MEBIBYTE)) {
      assertThatThrownBy(() -> RaftWriteLog.open(others, store, notices::add, MEBIBYTE))
          .hasMessageContaining("is no data folder of Wisp");
      assertThat(others).isDirectoryContaining(file -> file.endsWith("letter.txt"));
      Path file = Files.createFile(temporary.resolve("file"));
      assertThatThrownBy(() -> RaftWriteLog.open(file, store, notices::add, MEBIBYTE))
          .hasMessageContaining("is no folder");
      assertThatThrownBy(
              () -> RaftWriteLog.open(file.resolve("data"), store, notices::add, MEBIBYTE))
          .hasMessage(file + " is no folder");
      try (Logged logged = open()) {
        assertThat(logged.put("a", "1")).isEqualTo(DONE);
        assertThatThrownBy(() -> RaftWriteLog.open(data(), store, notices::add, MEBIBYTE))
            .hasMessageContaining("is in use by a server that is running");
      }
      Files.write(data().resolve("identity"), List.of("wisp-data 2", "x", "y"));
      assertThatThrownBy(() -> RaftWriteLog.open(data(), store, notices::add, MEBIBYTE))
          .hasMessageContaining("this version knows \"wisp-data 1\"");
      Files.write(data().resolve("identity"), List.of("wisp-data 1", "x", "y"));
      assertThatThrownBy(() -> RaftWriteLog.open(data(), store, notices::add, MEBIBYTE))
          .hasMessageContaining("is damaged");
    }
  }
}
