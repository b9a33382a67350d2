// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.store.PendingWrites;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Everything by the rings of a server that logs its writes before they happen. */
public abstract class LoggedRingContractTest extends RingContractTest {

  private final Map<Store, HeldLog> logs = new HashMap<>();

  @Override
  protected ServerOptions serving(Store served, ServerOptions options) {
    return options.withWriteLog(
        logs.computeIfAbsent(served, each -> closedAfterwards(newLog(each))));
  }

  /** The log of a store. */
  protected HeldLog newLog(Store served) {
    return new HeldLog(served);
  }

  /** The largest value of all is more than an entry of the log takes. */
  @Override
  @Test
  void shouldReturnTheLargestValueThatWasPut() {
    Client client = connect(serve());
    Slice tooLong = Slice.of(new byte[Limits.MAX_VALUE_LENGTH]);
    assertThat(client.put(slice("key"), tooLong)).isEqualTo(Status.ENTRY_TOO_LARGE);
    byte[] longest = randomBytes(PendingWrites.MAX_COMMAND_BYTES - "key".length());
    assertThat(client.put(slice("key"), Slice.of(longest))).isEqualTo(Status.CREATED);
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).isEqualTo(longest);
  }

  /** Likewise. */
  @Override
  @Test
  void shouldCarryTheLargestBatches() {
    Client client = connect(serve());
    WriteBatch most = new WriteBatch();
    for (int i = 0; i < WriteBatch.MAX_KEYS; i++) {
      most.put(slice("key" + i), slice("value" + i));
    }
    assertThat(client.writeAll(most)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(WriteBatch.MAX_KEYS);
    WriteBatch longest = new WriteBatch();
    byte[] half = randomBytes(PendingWrites.MAX_COMMAND_BYTES / 2);
    longest.put(slice("a"), Slice.of(half));
    longest.put(slice("b"), Slice.of(half));
    assertThat(client.writeAll(longest)).isEqualTo(Status.ENTRY_TOO_LARGE);
    assertThat(store.size()).isEqualTo(WriteBatch.MAX_KEYS);
  }
}
