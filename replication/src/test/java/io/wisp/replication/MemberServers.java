// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.testing.Eventually;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The members of a group in this process, each at a place; at some places none may run. */
final class MemberServers {

  private final @Nullable MemberServer[] places;

  MemberServers(int count) {
    places = new @Nullable MemberServer[count];
  }

  void set(int place, MemberServer started) {
    places[place] = started;
  }

  /** The one at a place, where one must run. */
  MemberServer get(int place) {
    return Objects.requireNonNull(places[place]);
  }

  List<MemberServer> running() {
    List<MemberServer> running = new ArrayList<>();
    for (MemberServer member : places) {
      if (member != null) {
        running.add(member);
      }
    }
    return running;
  }

  /** Ends the one at a place, if one runs there. */
  void end(int place) {
    MemberServer member = places[place];
    if (member != null) {
      member.close();
      places[place] = null;
    }
  }

  /** The place of whoever leads. */
  int awaitLeader() throws InterruptedException {
    return Eventually.awaitAny(0, places.length, this::leads);
  }

  private boolean leads(int place) {
    MemberServer member = places[place];
    return member != null && member.member.place().leads();
  }

  void endAll() throws Exception {
    ClosedTogether.closeAll(Arrays.asList(places));
    Arrays.fill(places, null);
  }
}
