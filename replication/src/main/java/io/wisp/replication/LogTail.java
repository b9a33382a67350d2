// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Looks at the end of a log before Ratis opens it. A process that is killed while it writes leaves
 * an entry of which only the beginning is there, and behind it the zeros that the file was made
 * with. Ratis cannot tell that from a log that is damaged, and refuses both. Such an entry was
 * never acknowledged, so it is cut off here; what is damaged in front of whole entries is refused.
 *
 * <p>An entry may be whole and yet be in the memory of the kernel alone, if the process ended
 * before it had forced it to the disk. Ratis takes what it reads for what the disk has, and would
 * acknowledge it. So all that there is is forced to the disk first.
 *
 * <p>The file that is written to begins with "RaftLog1". An entry is its length as a varint, as
 * many bytes, and the CRC-32C of both, big-endian; the bytes are a message of protobuf, of which
 * the first two fields are numbers.
 */
final class LogTail {

  private static final Pattern OPEN_SEGMENTS = Pattern.compile("log_inprogress_\\d+");
  private static final Pattern CLOSED_SEGMENTS = Pattern.compile("log_\\d+-\\d+");
  private static final Pattern SNAPSHOTS = Pattern.compile("snapshot\\.\\d+_\\d+");
  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_VARINT = 10;

  /** The tags of term and index. The first entry has the index 0, which is left out. */
  private static final byte FIRST_FIELD = 1 << 3;

  private static final byte SECOND_FIELD = 2 << 3;
  private static final int NOT_WHOLE = -1;

  /** So many times the file is summed up, before it is said to be damaged. */
  private static final int MAX_SUMMED = 64;

  private final byte[] bytes;

  /** Where the last entry begins that is whole. */
  private int last = NOT_WHOLE;

  private LogTail(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Cuts off what is left of an entry that was being written.
   *
   * @param folder of the log; it need not be there
   * @param notices is told of what was cut off
   * @throws IOException if an entry is damaged that others follow
   */
  static void mend(Path folder, Consumer<String> notices) throws IOException {
    for (Path file : openSegments(folder)) {
      force(file);
      LogTail log = new LogTail(Files.readAllBytes(file));
      if (!log.hasHeader()) {
        continue;
      }
      int end = log.endOfWholeEntries();
      if (log.isZeroFrom(end)) {
        continue;
      }
      if (log.hasWholeEntryBehind(end)) {
        throw new IOException(
            ("the entry of the log at byte %s of %s is damaged, and others follow it. To go on without"
                    + " it and all that follow, keep a copy of the folder and cut the file at that"
                    + " byte")
                .formatted(end, file));
      }
      Path kept = keep(folder, log.bytes, end);
      cut(file, end);
      notices.accept(
          "the last entry of the log was being written when the server ended, and is left out: %s,"
                  .formatted(file)
              + " from byte %s; those bytes are in %s".formatted(end, kept));
    }
  }

  /**
   * The index of the last entry of a log, or of its snapshot if that goes further.
   *
   * @param folder of the log, whose end was mended
   * @return less than 0 if there is none
   */
  static long lastIndex(Path folder) throws IOException {
    long last = NOT_WHOLE;
    for (Path file : files(folder.resolveSibling("sm"), SNAPSHOTS)) {
      last = Math.max(last, numberBehind(file, '_'));
    }
    for (Path file : files(folder, CLOSED_SEGMENTS)) {
      last = Math.max(last, numberBehind(file, '-'));
    }
    for (Path file : openSegments(folder)) {
      LogTail log = new LogTail(Files.readAllBytes(file));
      if (log.hasHeader() && log.endOfWholeEntries() > HEADER.length) {
        // The very first entry of a log has no index.
        last = Math.max(last, Math.max(0, log.numberOf(log.last, SECOND_FIELD)));
      }
    }
    return last;
  }

  private static long numberBehind(Path file, char sign) {
    String name = file.getFileName().toString();
    return Long.parseLong(name, name.lastIndexOf(sign) + 1, name.length(), 10);
  }

  private static List<Path> openSegments(Path folder) throws IOException {
    return files(folder, OPEN_SEGMENTS);
  }

  private static List<Path> files(Path folder, Pattern names) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> names.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  /** Of one that has none nothing was acknowledged: it is written before any entry. */
  private boolean hasHeader() {
    return bytes.length >= HEADER.length
        && Arrays.equals(bytes, 0, HEADER.length, HEADER, 0, HEADER.length);
  }

  private int endOfWholeEntries() {
    int end = HEADER.length;
    for (int next = endOfEntry(end); next != NOT_WHOLE; next = endOfEntry(end)) {
      last = end;
      end = next;
    }
    return end;
  }

  private boolean isZeroFrom(int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether there is one that Ratis may have written. What is in front of it may be a value that a
   * client has made look like many, so no more is summed up than would be for each to be true.
   */
  private boolean hasWholeEntryBehind(int from) {
    long budget = MAX_SUMMED * (long) bytes.length;
    for (int i = from + 1; i < bytes.length; i++) {
      if (mayBeEntry(i)) {
        budget -= announced(i);
        if (budget < 0 || endOfEntry(i) != NOT_WHOLE) {
          return true;
        }
      }
    }
    return false;
  }

  /** How long an entry is that may begin here, if there is room for it. */
  private long announced(int at) {
    int content = behindVarint(at);
    long length = varint(at, content);
    return length > 0 && length <= bytes.length - content - Integer.BYTES ? length : 0;
  }

  /** Where the entry ends that begins at a byte, if there is one and it is whole. */
  private int endOfEntry(int at) {
    int content = behindVarint(at);
    long length = content == NOT_WHOLE ? 0 : varint(at, content);
    if (length <= 0 || length > bytes.length - content - Integer.BYTES) {
      return NOT_WHOLE;
    }
    int end = content + (int) length;
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, at, end - at);
    return ByteBuffer.wrap(bytes).getInt(end) == (int) checksum.getValue()
        ? end + Integer.BYTES
        : NOT_WHOLE;
  }

  /**
   * Whether an entry may begin here, but the first: so few checksums are made of what is none. It
   * is behind the last one that is whole, and by no more than there is room for others before it.
   */
  private boolean mayBeEntry(int at) {
    long index = numberOf(at, SECOND_FIELD);
    if (index == NOT_WHOLE) {
      return false;
    }
    if (last == NOT_WHOLE) {
      return true;
    }
    // The very first entry of a log has no index.
    long before = Math.max(0, numberOf(last, SECOND_FIELD));
    return index > before
        && index - before <= bytes.length
        && numberOf(at, FIRST_FIELD) >= numberOf(last, FIRST_FIELD);
  }

  /** The term or the index of what begins here, or NOT_WHOLE if it has not both. */
  private long numberOf(int at, byte field) {
    int content = behindVarint(at);
    if (content == NOT_WHOLE || content >= bytes.length || bytes[content] != FIRST_FIELD) {
      return NOT_WHOLE;
    }
    int second = behindVarint(content + 1);
    if (field == FIRST_FIELD && second != NOT_WHOLE) {
      return varint(content + 1, second);
    }
    if (second == NOT_WHOLE || second >= bytes.length || bytes[second] != SECOND_FIELD) {
      return NOT_WHOLE;
    }
    int end = behindVarint(second + 1);
    return end == NOT_WHOLE ? NOT_WHOLE : varint(second + 1, end);
  }

  private int behindVarint(int at) {
    for (int i = at; i < Math.min(bytes.length, at + MAX_VARINT); i++) {
      if (bytes[i] >= 0) {
        return i + 1;
      }
    }
    return NOT_WHOLE;
  }

  private long varint(int from, int to) {
    long value = 0;
    for (int i = to - 1; i >= from; i--) {
      value = (value << 7) | (bytes[i] & 0x7f);
    }
    return value;
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    DurableFiles.forceName(file);
  }

  /** Keeps what is cut off, for somebody to look at it if the log turns out to be short. */
  private static Path keep(Path folder, byte[] bytes, int from) throws IOException {
    Path kept = folder.resolveSibling("cut-off");
    try {
      Files.write(kept, Arrays.copyOfRange(bytes, from, bytes.length));
    } catch (IOException e) {
      throw new IOException(
          ("the last entry of the log is not whole, and its bytes cannot be kept in %s: %s. With %s"
                  + " bytes of room there the log can be used again")
              .formatted(kept, RaftEngine.reason(e), bytes.length - from),
          e);
    }
    return kept;
  }

  private static void cut(Path file, int end) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(end);
      channel.force(true);
    }
  }
}
