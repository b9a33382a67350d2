// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.ReplyWriter;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is left to do of CONFIG GET: to hold each parameter's name against each pattern. */
final class ParameterSearch implements Continuation {

  /** Comparisons of bytes with a pattern in a step. */
  private static final int COMPARISONS = 1 << 16;

  private record Pair(GlobPattern pattern, String name) {}

  private final Configuration configuration;
  private final List<Pair> pairs = new ArrayList<>();
  private final SortedMap<String, String> found = new TreeMap<>();
  private GlobMatch match;
  private int at;

  /** Looks for the parameters whose names match one of the patterns, which are in lower case. */
  ParameterSearch(Configuration configuration, List<byte[]> patterns) {
    this.configuration = configuration;
    for (byte[] bytes : patterns) {
      GlobPattern pattern = new GlobPattern(bytes);
      configuration.names().forEach(name -> pairs.add(new Pair(pattern, name)));
    }
    match = begin();
  }

  private GlobMatch begin() {
    Pair pair = pairs.get(at);
    byte[] name = pair.name().getBytes(StandardCharsets.UTF_8);
    GlobMatch begun = new GlobMatch(pair.pattern());
    begun.begin(MemorySegment.ofArray(name), 0, name.length);
    return begun;
  }

  @Override
  public boolean next(ReplyWriter reply) {
    int left = COMPARISONS;
    while (at < pairs.size()) {
      left = match.proceed(left);
      if (left == 0) {
        return true;
      }
      endMatch();
    }
    reply.map(found.size());
    found.forEach(
        (name, value) -> {
          reply.bulk(name);
          reply.bulk(value);
        });
    return false;
  }

  private void endMatch() {
    if (match.matched()) {
      String name = pairs.get(at).name();
      found.put(name, configuration.value(name));
    }
    at++;
    if (at < pairs.size()) {
      match = begin();
    }
  }
}
