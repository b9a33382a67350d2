// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import static io.wisp.linearizability.KeyModel.ABSENT;
import static io.wisp.linearizability.KeyModel.CREATED;
import static io.wisp.linearizability.KeyModel.DONE;
import static io.wisp.linearizability.KeyModel.REFUSED;
import static io.wisp.linearizability.KeyModel.REPLACED;
import static io.wisp.linearizability.KeyModel.STORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.linearizability.Call.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {

  private final LinearizabilityChecker checker = new LinearizabilityChecker(new KeyModel(false));
  private final LinearizabilityChecker evicting = new LinearizabilityChecker(new KeyModel(true));

  private static Call call(Kind kind, String argument, @Nullable String reply, long from, long to) {
    return new Call("c", kind, argument, 0, reply, from, reply == null ? Long.MAX_VALUE : to);
  }

  private static Call put(String value, @Nullable String reply, long from, long to) {
    return call(Kind.PUT, value, reply, from, to);
  }

  private static Call get(String reply, long from, long to) {
    return call(Kind.GET, "", reply, from, to);
  }

  private void assertLinearizable(Call... calls) {
    assertThat(checker.isLinearizable(List.of(calls))).isTrue();
  }

  private void assertNotLinearizable(Call... calls) {
    assertThat(checker.isLinearizable(List.of(calls))).isFalse();
  }

  @Test
  void shouldAcceptCallsOneAfterAnother() {
    assertLinearizable(
        get(ABSENT, 0, 1),
        put("a", CREATED, 2, 3),
        call(Kind.APPEND, "b", "2", 4, 5),
        get("ab", 6, 7),
        put("9", REPLACED, 8, 9),
        call(Kind.INCREMENT, "", "10", 10, 11),
        call(Kind.DELETE, "", DONE, 12, 13),
        get(ABSENT, 14, 15),
        call(Kind.INCREMENT, "", "1", 16, 17));
  }

  @Test
  void shouldAcceptAReadOfEitherValueBesideAWriteButNotOfTheOldOneAfterTheNew() {
    List<Call> writes = List.of(put("a", CREATED, 0, 1), put("b", STORED, 10, 20));
    assertLinearizable(with(writes, get("a", 11, 12), get("b", 13, 14)));
    assertNotLinearizable(with(writes, get("b", 11, 12), get("a", 13, 14)));
    assertLinearizable(with(writes, get("b", 11, 15), get("a", 13, 14)));
    assertNotLinearizable(with(writes, get("a", 21, 22)));
    assertNotLinearizable(with(writes, get("never written", 11, 12)));
  }

  private static Call[] with(List<Call> calls, Call... more) {
    List<Call> all = new ArrayList<>(calls);
    all.addAll(List.of(more));
    return all.reversed().toArray(Call[]::new);
  }

  @Test
  void shouldRejectALostUpdateOfTwoIncrements() {
    assertNotLinearizable(
        call(Kind.INCREMENT, "", "1", 0, 10), call(Kind.INCREMENT, "", "1", 5, 15));
  }

  @Test
  void shouldRejectAnAppendThatBringsADeletedValueBack() {
    List<Call> calls =
        List.of(
            put("old", CREATED, 0, 1),
            call(Kind.DELETE, "", DONE, 2, 10),
            call(Kind.APPEND, "x", "4", 3, 11),
            get("oldx", 12, 13));
    assertThat(checker.isLinearizable(calls)).isFalse();
    assertThat(checker.isLinearizable(calls.subList(0, 3))).isTrue();
  }

  @Test
  void shouldRejectTwoDeletesOfOnePutAndAMissBetweenTwoHits() {
    Call put = put("a", CREATED, 0, 1);
    assertNotLinearizable(
        put, call(Kind.DELETE, "", DONE, 2, 9), call(Kind.DELETE, "", DONE, 2, 9));
    assertNotLinearizable(put, get("a", 2, 3), get(ABSENT, 4, 5), get("a", 6, 7));
  }

  @Test
  void shouldTakeACallWithoutReplyAsOneThatMayHappenLateOrNever() {
    Call unknown = put("b", null, 2, 0);
    Call first = put("a", CREATED, 0, 1);
    assertLinearizable(first, unknown, get("a", 10, 11));
    assertLinearizable(first, unknown, get("a", 10, 11), get("b", 12, 13));
    assertNotLinearizable(first, unknown, get("b", 10, 11), get("a", 12, 13));
    assertNotLinearizable(first, get("b", 0, 1), put("b", null, 2, 0));
  }

  @Test
  void shouldLetARefusedCallChangeNothing() {
    Call first = put("a", CREATED, 0, 1);
    Call refused = put("b", REFUSED, 2, 3);
    assertLinearizable(first, refused, get("a", 4, 5));
    assertNotLinearizable(first, refused, get("b", 4, 5));
  }

  @Test
  void shouldLetAKeyExpireOnlyWhenItMay() {
    Call put = new Call("c", Kind.PUT, "a", 3, CREATED, 0, 1);
    assertNotLinearizable(put, get(ABSENT, 10, 100));
    assertLinearizable(put, get(ABSENT, 10, 3_000_000));
    assertNotLinearizable(put, get(ABSENT, 10, 3_000_000), get("a", 3_000_001, 3_000_002));
    Call persisting = put("b", REPLACED, 5, 6);
    assertNotLinearizable(put, persisting, get(ABSENT, 10, 3_000_000));
  }

  @Test
  void shouldLetAnEvictedKeyBeMissedButNotComeBack() {
    Call first = put("a", CREATED, 0, 1);
    assertThat(evicting.isLinearizable(List.of(first, get(ABSENT, 2, 3)))).isTrue();
    assertThat(evicting.isLinearizable(List.of(first, put("b", CREATED, 2, 3)))).isTrue();
    assertThat(evicting.isLinearizable(List.of(first, get(ABSENT, 2, 3), get("a", 4, 5))))
        .isFalse();
    assertThat(
            evicting.isLinearizable(
                List.of(first, put("b", STORED, 2, 3), get(ABSENT, 4, 5), get("a", 6, 7))))
        .isFalse();
  }

  /** Made by a real order, so linearizable; then one reply becomes that of an older moment. */
  @Test
  void shouldAcceptRandomHistoriesOfARealOrderAndRejectTheirReadsOfAnOlderMoment() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<Call> calls = new ArrayList<>();
      String value = null;
      for (int i = 0; i < 60; i++) {
        long moment = i * 100L;
        long from = moment - random.nextInt(400);
        long to = moment + random.nextInt(400);
        if (random.nextInt(3) == 0) {
          calls.add(put("v" + i, value == null ? CREATED : REPLACED, from, to));
          value = "v" + i;
        } else {
          calls.add(get(value == null ? ABSENT : value, from, to));
        }
      }
      calls.add(put("last but one", STORED, 10_000, 10_001));
      calls.add(put("last", REPLACED, 10_002, 10_003));
      calls.add(get("last", 10_004, 10_005));
      Collections.shuffle(calls, random);
      assertThat(checker.isLinearizable(calls)).as("seed %d", seed).isTrue();
      calls.add(get("last but one", 10_006, 10_007));
      Collections.shuffle(calls, random);
      assertThat(checker.isLinearizable(calls)).as("seed %d", seed).isFalse();
    }
  }

  @Test
  void shouldShowTheShortestBeginningThatHasNoOrder() {
    List<Call> calls =
        List.of(
            put("a", CREATED, 1_000, 2_000),
            get("b", 3_000, 4_000),
            put("too late", REPLACED, 5_000, 6_000));
    assertThatThrownBy(() -> checker.check("k", calls))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the calls of k have no order")
        .hasMessageContaining("PUT(a) -> (created)")
        .hasMessageContaining("GET() -> b")
        .hasMessageNotContaining("too late");
  }
}
