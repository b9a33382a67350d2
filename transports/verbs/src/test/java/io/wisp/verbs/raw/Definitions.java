// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that this package says of C, found by looking at its classes. */
final class Definitions {

  /** A member of a structure, however deep. */
  record Member(String path, long offset, long bytes) {}

  private Definitions() {}

  static List<StructLayout> structs() {
    List<StructLayout> structs = new ArrayList<>();
    for (Field field : Structs.class.getFields()) {
      if (StructLayout.class.isAssignableFrom(field.getType())) {
        structs.add((StructLayout) value(field));
      }
    }
    return structs;
  }

  static List<Member> members(GroupLayout layout) {
    List<Member> members = new ArrayList<>();
    collect(layout, "", 0, members);
    return members;
  }

  private static void collect(GroupLayout group, String prefix, long at, List<Member> members) {
    for (MemoryLayout member : group.memberLayouts()) {
      if (member instanceof PaddingLayout) {
        continue;
      }
      String name = member.name().orElseThrow();
      long offset = at + group.byteOffset(PathElement.groupElement(name));
      members.add(new Member(prefix + name, offset, member.byteSize()));
      if (member instanceof GroupLayout inner) {
        collect(inner, prefix + name + ".", offset, members);
      }
    }
  }

  /** By name in C. */
  static Map<String, Integer> constants() {
    Map<String, Integer> constants = new TreeMap<>();
    for (Class<?> holder : List.of(Ibv.class, Posix.class)) {
      for (Field field : holder.getFields()) {
        constants.put(field.getName(), (Integer) value(field));
      }
    }
    for (Errno errno : Errno.values()) {
      if (errno != Errno.UNKNOWN) {
        constants.put(errno.name(), errno.number());
      }
    }
    return constants;
  }

  private static Object value(Field field) {
    try {
      return field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
