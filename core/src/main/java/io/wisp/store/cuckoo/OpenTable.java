// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A table and the region that it lives in, from when it is opened until it is closed.
 *
 * @param recovery what was found in the region, if an earlier process had left anything; else null
 */
record OpenTable(Region region, Table table, @Nullable RecoveryReport recovery)
    implements AutoCloseable {

  /**
   * Makes a new table, whatever the region held.
   *
   * @param region is closed with the table, and if there is none
   */
  static OpenTable create(TableMaker maker, Region region) {
    try {
      return new OpenTable(region, maker.create(), null);
    } catch (Throwable failed) {
      region.close();
      throw failed;
    }
  }

  /**
   * Goes on with the table of a file that is kept, or makes it.
   *
   * @param region is closed with the table, and if there is none
   * @throws IOException if the file holds none that this version can go on with, or cannot be had;
   *     the message names the file, says why and what can be done
   */
  static OpenTable keep(TableMaker maker, Region region, Path file) throws IOException {
    try {
      return region.isNew() ? makeToKeep(maker, region) : recover(maker, region);
    } catch (UnrecoverableException damaged) {
      region.close();
      throw damaged.about(file);
    } catch (UncheckedIOException failed) {
      region.close();
      throw new IOException("cannot keep " + file + ": " + failed.getMessage(), failed);
    } catch (Throwable failed) {
      region.close();
      throw failed;
    }
  }

  private static OpenTable makeToKeep(TableMaker maker, Region region) throws IOException {
    Table table = maker.create();
    region.publish();
    return new OpenTable(region, table, null);
  }

  private static OpenTable recover(TableMaker maker, Region region) throws IOException {
    TableMaker.Recovered recovered = maker.recover();
    return new OpenTable(region, recovered.table(), recovered.found().report());
  }

  /**
   * Ends it for all who read it, and writes back what is kept.
   *
   * @throws UncheckedIOException if that cannot be done; it is closed all the same
   */
  @Override
  public void close() {
    try {
      if (region.memory().scope().isAlive()) {
        RegionHeader.invalidate(region.memory());
        // All of it before the word that says so.
        region.writeBack();
        RegionHeader.close(region.memory());
        region.writeBack();
      }
    } finally {
      region.close();
    }
  }
}
