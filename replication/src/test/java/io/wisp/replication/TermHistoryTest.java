// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;

class TermHistoryTest {

  private final TermHistory history = new TermHistory();

  @Test
  void shouldKnowTheTermOfEachEntryOfARow() {
    for (int index = 5; index <= 30; index++) {
      history.add(index / 10, index);
    }
    for (int index = 5; index <= 30; index++) {
      assertThat(history.at(index)).isEqualTo(TermIndex.valueOf(index / 10, index));
    }
    assertThat(history.at(4)).isNull();
    assertThat(history.at(31)).isNull();
  }

  /** A snapshot of another member has come, or this one goes on with its own. */
  @Test
  void shouldKnowNothingOfWhatIsBeforeAGap() {
    history.add(1, 1);
    history.add(2, 2);
    history.add(2, 9);
    history.add(2, 10);
    assertThat(history.at(2)).isNull();
    assertThat(history.at(8)).isNull();
    assertThat(history.at(9)).isEqualTo(TermIndex.valueOf(2, 9));
    assertThat(history.at(10)).isEqualTo(TermIndex.valueOf(2, 10));
  }

  @Test
  void shouldBeginAnewWhereAnEarlierEntryComes() {
    history.add(3, 7);
    history.add(4, 6);
    assertThat(history.at(7)).isNull();
    assertThat(history.at(6)).isEqualTo(TermIndex.valueOf(4, 6));
  }

  @Test
  void shouldLetTheOldestTermsGoWhenTheyAreMany() {
    int index = 0;
    for (int term = 1; term <= TermHistory.MOST_TERMS + 1; term++) {
      history.add(term, ++index);
      history.add(term, ++index);
    }
    assertThat(history.at(2)).isNull();
    assertThat(history.at(3)).isEqualTo(TermIndex.valueOf(2, 3));
    assertThat(history.at(index)).isEqualTo(TermIndex.valueOf(TermHistory.MOST_TERMS + 1, index));
  }

  @Test
  void shouldKnowNothingAtFirst() {
    assertThat(history.at(0)).isNull();
    assertThat(history.at(1)).isNull();
  }
}
