// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.transport.shm.SharedTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The store of a server that is to outlive its process, and what the operator is told of it.
 *
 * @param file where it is, or will be
 */
record KeptStore(Path file) {

  /**
   * What --keep names.
   *
   * @param path or nothing, for a file on tmpfs that belongs to the port
   */
  static KeptStore named(String path, int port) {
    try {
      if (!path.isEmpty()) {
        return new KeptStore(Path.of(path).toAbsolutePath());
      }
      if (port == 0) {
        throw UserError.usage(
            "--keep without a PATH keeps by the port, and --port 0 is another one each time");
      }
      return new KeptStore(SharedTable.keptFile(port));
    } catch (InvalidPathException e) {
      throw UserError.usage("--keep " + path + " is no name of a file");
    } catch (IOException e) {
      throw UserError.failure("--keep: " + e.getMessage());
    }
  }

  /**
   * How much memory it gets: as much as it was made with.
   *
   * @param asked what --memory says, or null
   */
  MemorySize memory(@Nullable ByteSize asked, ByteSize machine) {
    ByteSize kept = size();
    if (kept == null) {
      return MemorySize.choose(asked, machine);
    }
    if (asked != null && !asked.equals(kept)) {
      throw UserError.failure(
          ("--memory %s, and %s was made with --memory %s: leave --memory out, or remove the file"
                  + " with all that it holds")
              .formatted(asked, file, kept.bytes()));
    }
    return new MemorySize(kept, "of what is kept");
  }

  private @Nullable ByteSize size() {
    try {
      if (!Files.isRegularFile(file)) {
        return null;
      }
      ByteSize size = new ByteSize(Files.size(file));
      if (size.bytes() < Geometry.MIN_REGION_SIZE) {
        throw UserError.failure(
            "--keep: " + file + " has " + size + ", so it keeps no table: name another file");
      }
      return size;
    } catch (IOException e) {
      throw UserError.failure("--keep: " + file + " cannot be looked at: " + e);
    }
  }

  /** Opens it, and says what it holds and what is promised. */
  Store open(ByteSize memory, boolean evict, boolean shared, PrintStream out, PrintStream err) {
    try {
      FileSystemType fileSystem = FileSystemType.of(file);
      fileSystem.requirePromise();
      CuckooStore store = StoreServer.keep(memory.bytes(), evict, file);
      out.println("kept    " + file + " (" + fileSystem.promise() + ")");
      store.recovery().ifPresent(report -> tell(report, out, err));
      if (shared && !SharedTable.isReadable(file)) {
        out.println("        clients of shm ask for everything: it is not in /dev/shm");
      }
      return store;
    } catch (IOException e) {
      throw UserError.failure("--keep: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw UserError.usage("--memory " + memory + ": " + e.getMessage());
    }
  }

  private void tell(RecoveryReport report, PrintStream out, PrintStream err) {
    out.printf(
        Locale.ROOT,
        "        %s, %s, recovered in %.3f s after %s%n",
        count(report.entries(), "entry", "entries"),
        new ByteSize(report.bytes()),
        report.time().toNanos() / 1e9,
        report.wasClosed() ? "an orderly end" : "a crash");
    List<String> done = new ArrayList<>();
    add(done, report.finished(), "under way, and whole: %,d");
    add(done, report.redoneWords(), "words of a batch or an expiry, stored: %,d");
    add(done, report.unfinished(), "being created, and dropped: %,d");
    add(done, report.doubled(), "being moved, and in one place: %,d");
    if (!done.isEmpty()) {
      out.println("        " + String.join("; ", done));
    }
    if (report.machineEnded()) {
      err.println(
          "WARNING: the machine ended while "
              + file
              + " was in use, or it was copied from one where it was: what was written last may be"
              + " missing, and what was deleted last may be there again; only an orderly end of the"
              + " server outlives the machine");
    }
    if (report.damaged() > 0) {
      err.printf(
          Locale.ROOT,
          "WARNING: %s was damaged: %,d of its entries had no whole record and are lost%n",
          file,
          report.damaged());
    }
  }

  private static String count(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }

  private static void add(List<String> done, long count, String words) {
    if (count > 0) {
      done.add(String.format(Locale.ROOT, words, count));
    }
  }
}
