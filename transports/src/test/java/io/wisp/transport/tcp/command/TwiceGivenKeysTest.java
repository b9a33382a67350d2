// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of keys if others write so much that a walk over them begins anew at its end. */
class TwiceGivenKeysTest {

  private static final int KEYS = 20_000;
  private static final Pattern BULK = Pattern.compile("\\$\\d+\\r\\n(.*)\\r\\n");

  private static final ClusterNode NODE =
      new ClusterNode("a", "10.0.0.1", 7001, SlotRange.parseAll("0-16383"));

  /** Its walks give all keys a second time when they come to the end. */
  private static final class BeginningAnew extends ForwardingStore {

    private final Store store = new HeapStore();

    @Override
    protected Store store() {
      return store;
    }

    @Override
    public long scan(long cursor, int atLeast, KeySink sink) {
      long next = store.scan(cursor, atLeast, sink);
      if (next == 0) {
        long again = 0;
        do {
          again = store.scan(again, atLeast, sink);
        } while (again != 0);
      }
      return next;
    }
  }

  private final SessionHarness session =
      SessionHarness.of(
          new ClusterMember("a", new ClusterMap(1, List.of(NODE))), new BeginningAnew());

  @AfterEach
  void close() {
    session.close();
  }

  /** Keys of all slots, and as many of one; of many lengths, and with ends of line. */
  private List<String> putKeys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < KEYS / 2; i++) {
      keys.add(i + "x".repeat(i % 50));
      keys.add("{one}\r\n" + i);
    }
    for (String key : keys) {
      session.store().put(Slice.of(key), Slice.of("v"));
    }
    return keys;
  }

  private static List<String> bulks(String reply) {
    return BULK.matcher(reply.replace("{one}\r\n", "{one}"))
        .results()
        .map(found -> found.group(1).replace("{one}", "{one}\r\n"))
        .toList();
  }

  @Test
  void shouldNameEachKeyOnce() {
    List<String> keys = putKeys();
    assertThat(bulks(session.call("KEYS", "*"))).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(bulks(session.call("KEYS", "1*")))
        .containsExactlyInAnyOrderElementsOf(
            keys.stream().filter(key -> key.startsWith("1")).toList());
  }

  @Test
  void shouldCountEachKeyOfASlotOnceAndNameItOnce() {
    List<String> keys = putKeys();
    TreeSet<Integer> slots = new TreeSet<>(List.of(KeySlot.of(Slice.of("{one}")), 0, 1, 2, 3));
    for (int slot : slots) {
      List<String> own = keys.stream().filter(key -> KeySlot.of(Slice.of(key)) == slot).toList();
      assertThat(session.call("CLUSTER", "COUNTKEYSINSLOT", "" + slot))
          .isEqualTo(":" + own.size() + "\r\n");
      for (int wanted : List.of(own.size() / 2, own.size(), KEYS)) {
        assertThat(bulks(session.call("CLUSTER", "GETKEYSINSLOT", "" + slot, "" + wanted)))
            .hasSize(Math.min(wanted, own.size()))
            .doesNotHaveDuplicates()
            .isSubsetOf(own);
      }
    }
  }
}
