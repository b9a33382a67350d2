// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.workload.RequestKind;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import org.junit.jupiter.api.Test;

class StoreReplyCheckTest {

  private static final Slice NOTHING = new Slice();

  private final StoreReplyCheck all = new StoreReplyCheck("heap client", true, 10);
  private final StoreReplyCheck some = new StoreReplyCheck("heap client", false, 10);

  @Test
  void shouldStopWhenAKeyThatWasStoredIsLost() {
    assertThatThrownBy(() -> all.check(RequestKind.GET, 7, Status.ABSENT, NOTHING))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("heap client answered a get with ABSENT though every key had been stored");
    assertThatCode(() -> some.check(RequestKind.GET, 7, Status.ABSENT, NOTHING))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldStopWhenAValueHasAnotherLength() {
    assertThatThrownBy(() -> some.check(RequestKind.GET, 7, Status.FOUND, Slice.of("short")))
        .hasMessage("heap client answered a get with FOUND of 5 bytes where 10 were stored");
  }

  @Test
  void shouldStopAtAnError() {
    assertThatThrownBy(() -> some.check(RequestKind.PUT, 7, Status.OUT_OF_MEMORY, NOTHING))
        .hasMessage("heap client answered a put with OUT_OF_MEMORY");
  }

  @Test
  void shouldTakeWhateverATransportWithoutAStoreAnswersButErrors() {
    StoreReplyCheck nowhere = StoreReplyCheck.nowhere("nothing");
    assertThatCode(() -> nowhere.check(RequestKind.GET, 7, Status.ABSENT, NOTHING))
        .doesNotThrowAnyException();
    assertThatCode(() -> nowhere.check(RequestKind.GET, 7, Status.FOUND, NOTHING))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> nowhere.check(RequestKind.PUT, 7, Status.OUT_OF_MEMORY, NOTHING))
        .hasMessage("nothing answered a put with OUT_OF_MEMORY");
  }
}
