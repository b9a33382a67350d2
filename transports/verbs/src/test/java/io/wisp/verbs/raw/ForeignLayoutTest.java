// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ForeignLayoutTest {

  private static final ForeignLayout LAYOUT =
      new ForeignLayout(
          MemoryLayout.structLayout(
              ValueLayout.JAVA_LONG.withName("first"),
              MemoryLayout.unionLayout(
                      ValueLayout.JAVA_INT.withName("either"), ValueLayout.JAVA_INT.withName("or"))
                  .withName("$anon$10:2"),
              MemoryLayout.paddingLayout(4),
              MemoryLayout.structLayout(
                      ValueLayout.JAVA_LONG.withName("a"),
                      MemoryLayout.unionLayout(ValueLayout.JAVA_LONG.withName("b")))
                  .withName("inner")));

  private static void assertPlace(String path, long offset, long bytes) {
    assertThat(LAYOUT.find(path))
        .hasValueSatisfying(
            place -> {
              assertThat(place.offset()).isEqualTo(offset);
              assertThat(place.layout().byteSize()).isEqualTo(bytes);
            });
  }

  @Test
  void shouldFindMembersAlsoInAnonymousGroups() {
    assertPlace("first", 0, 8);
    assertPlace("either", 8, 4);
    assertPlace("or", 8, 4);
    assertPlace("inner", 16, 16);
    assertPlace("inner.a", 16, 8);
    assertPlace("inner.b", 24, 8);
  }

  @Test
  void shouldNotFindWhatIsNotThere() {
    assertThat(LAYOUT.find("a")).isEmpty();
    assertThat(LAYOUT.find("inner.first")).isEmpty();
    assertThat(LAYOUT.find("first.inner")).isEmpty();
  }

  @Test
  void shouldFindEveryMemberOfOurOwnLayouts() {
    for (StructLayout struct : Definitions.structs()) {
      ForeignLayout layout = new ForeignLayout(struct);
      for (Definitions.Member member : Definitions.members(struct)) {
        assertThat(layout.find(member.path()).map(ForeignLayout.Place::offset))
            .contains(member.offset());
      }
    }
  }
}
