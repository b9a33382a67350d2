// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Log;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.VerbsException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A device that connections go through, and what they share there: the domain of their READs, and
 * the table that the other sides may read. Its owner and each port that uses it hold it, and the
 * last of them to release it closes it. Any thread may call its methods.
 */
final class Rail {

  private static final Log LOG = Log.of(Rail.class);

  private final RdmaDevice device;
  private final Resources resources = new Resources();
  private final ProtectionDomain domain;
  private final RemoteBuffer table;
  private int holders = 1;

  /**
   * @param device which belongs to this from now on, also if this fails
   * @param store whose table the other sides may read, if it has one in memory; its memory is
   *     locked for each device anew
   * @param needsTable whether it cannot do without; else a warning says why it does
   * @throws VerbsException if the device or the system does not give what is needed
   */
  Rail(RdmaDevice device, @Nullable Store store, boolean needsTable) {
    this.device = resources.add(device, RdmaDevice::close);
    try {
      domain = resources.add(device.context().createProtectionDomain(), ProtectionDomain::close);
      table = store instanceof CuckooStore cuckoo ? table(cuckoo, needsTable) : RemoteBuffer.NONE;
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private RemoteBuffer table(CuckooStore cuckoo, boolean needsTable) {
    try {
      return register(cuckoo);
    } catch (VerbsException | OutOfMemoryError e) {
      if (needsTable) {
        throw e;
      }
      LOG.log(
          Level.WARNING,
          "clients cannot read the table by device %s, and ask for everything: %s"
              .formatted(device.name(), e.getMessage()));
      return RemoteBuffer.NONE;
    }
  }

  /** For reading from afar and nothing else: not even a READ of ours could write there. */
  private RemoteBuffer register(CuckooStore cuckoo) {
    MemoryRegion region =
        resources.add(
            domain.register(cuckoo.region(), AccessFlag.REMOTE_READ), MemoryRegion::close);
    return new RemoteBuffer(region.address(), region.rkey(), region.length());
  }

  RdmaDevice device() {
    return device;
  }

  /** For READs and the buffers that they arrive in. */
  ProtectionDomain domain() {
    return domain;
  }

  /** The table, as the device counts, or {@link RemoteBuffer#NONE}. */
  RemoteBuffer table() {
    return table;
  }

  /** Holds it once more, while another does. */
  synchronized void hold() {
    holders++;
  }

  synchronized void release() {
    holders--;
    if (holders == 0) {
      resources.close();
    }
  }
}
