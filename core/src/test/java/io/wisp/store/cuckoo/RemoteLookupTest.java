package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import org.junit.jupiter.api.Test;

class RemoteLookupTest {

  @Test
  void shouldFindWhatIsThereAndProveWhatIsNot() {
    try (CuckooStore store = CuckooStore.open(4 << 20)) {
      RemoteClient client = new RemoteClient(store, RemoteTable.Options.DEFAULT);
      for (int i = 0; i < 10_000; i++) {
        store.put(Slice.of("key " + i), Slice.of("value " + i));
      }
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10_000; i++) {
          assertThat(client.get("key " + i)).isEqualTo("value " + i);
          assertThat(client.get("no key " + i)).isNull();
        }
      }
      System.out.println(client.statistics());
      assertThat(client.statistics().fallBacks()).isZero();
    }
  }
}
