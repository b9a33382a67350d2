// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The {@link MapLines lines} of a node as one text, which is made anew only when the node goes by
 * another map: a cluster asks for it again and again, and its masters hardly ever change.
 * Thread-safe.
 */
public final class MapText {

  private final ClusterMember member;
  private final String lineEnd;
  private volatile @Nullable Made made;

  private record Made(ClusterMap map, String text) {}

  /**
   * The text of a node.
   *
   * @param lineEnd behind each line, the last one too
   */
  public MapText(ClusterMember member, String lineEnd) {
    this.member = member;
    this.lineEnd = lineEnd;
  }

  /** By the map that holds now. */
  public String now() {
    ClusterMap map = member.map();
    Made last = made;
    if (last == null || last.map() != map) {
      last = new Made(map, text(map));
      made = last;
    }
    return last.text();
  }

  private String text(ClusterMap map) {
    StringBuilder text = new StringBuilder();
    MapLines.of(member.name(), map)
        .forEach((name, value) -> text.append(name).append(':').append(value).append(lineEnd));
    return text.toString();
  }
}
