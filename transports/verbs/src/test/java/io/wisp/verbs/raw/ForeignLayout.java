// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.UnionLayout;
import java.util.List;
import java.util.Optional;

/**
 * A layout that somebody else made of a structure, in which members of anonymous structures and
 * unions are found as C finds them: as members of what is around them.
 */
record ForeignLayout(GroupLayout layout) {

  /** Where a member lies. */
  record Place(long offset, MemoryLayout layout) {}

  /** The place of a member whose path has dots between its names. */
  Optional<Place> find(String path) {
    Place place = new Place(0, layout);
    for (String name : List.of(path.split("\\.", -1))) {
      Optional<Place> inner =
          place.layout() instanceof GroupLayout group ? findIn(group, name) : Optional.empty();
      if (inner.isEmpty()) {
        return Optional.empty();
      }
      place = new Place(place.offset() + inner.get().offset(), inner.get().layout());
    }
    return Optional.of(place);
  }

  private static Optional<Place> findIn(GroupLayout group, String name) {
    long offset = 0;
    for (MemoryLayout member : group.memberLayouts()) {
      if (member.name().equals(Optional.of(name))) {
        return Optional.of(new Place(offset, member));
      }
      if (member instanceof GroupLayout inner && isAnonymous(member)) {
        Optional<Place> found = findIn(inner, name);
        if (found.isPresent()) {
          return Optional.of(new Place(offset + found.get().offset(), found.get().layout()));
        }
      }
      if (!(group instanceof UnionLayout)) {
        offset += member.byteSize();
      }
    }
    return Optional.empty();
  }

  /** Without a name, or with one that jextract makes up. */
  private static boolean isAnonymous(MemoryLayout member) {
    return member.name().map(name -> name.startsWith("$anon")).orElse(true);
  }
}
