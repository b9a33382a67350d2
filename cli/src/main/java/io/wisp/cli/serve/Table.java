package io.wisp.cli.serve;

import io.wisp.cli.common.ByteSize;
import io.wisp.cli.common.UserError;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;

/** Opens the off-heap table that {@code wisp -s} serves. */
public final class Table {

  private Table() {}

  /** As {@link StoreOpener} promises. */
  public static Store open(ByteSize memory, boolean evict, boolean shared) {
    try {
      CuckooStore.Options options = CuckooStore.Options.ofCapacity(memory.bytes()).evict(evict);
      return CuckooStore.open(options);
    } catch (IllegalArgumentException e) {
      throw UserError.usage("--memory " + memory + ": " + e.getMessage());
    } catch (OutOfMemoryError e) {
      throw UserError.failure("--memory " + memory + ": " + e.getMessage());
    }
  }
}
