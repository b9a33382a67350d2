// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainTest {

  private static final int CAPACITY = 5;
  private static final long STRIDE = 32;
  private static final long NEXT = 8;

  private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY * STRIDE, 8);
  private final Chain chain = new Chain(memory, CAPACITY, STRIDE, NEXT);

  /** The requests that a device would find, following the links. */
  private List<Integer> follow(long address) {
    List<Integer> found = new ArrayList<>();
    while (address != 0) {
      int index = chain.indexOf(address, -1);
      found.add(index);
      address = memory.get(ValueLayout.JAVA_LONG, index * STRIDE + NEXT);
    }
    return found;
  }

  @Test
  void shouldLinkEveryRunWhateverWasPostedBefore() {
    for (int first = 0; first < CAPACITY; first++) {
      for (int count = 1; first + count <= CAPACITY; count++) {
        List<Integer> expected = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
          expected.add(i);
        }
        assertThat(follow(chain.run(first, count))).isEqualTo(expected);
        assertThat(follow(chain.run(0, CAPACITY))).hasSize(CAPACITY);
        assertThat(follow(chain.run(first, count))).isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldTakeNoAddressForTheFirstOfTheRun() {
    assertThat(chain.indexOf(0, 3)).isEqualTo(3);
  }

  @Test
  void shouldRefuseRunsThatDoNotFit() {
    assertThatThrownBy(() -> chain.run(1, CAPACITY)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> chain.run(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> chain.run(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least one request must be posted: 0");
  }
}
