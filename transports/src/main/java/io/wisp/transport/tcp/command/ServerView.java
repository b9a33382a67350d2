// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a session can learn of the server that it is part of. */
public interface ServerView {

  /** What clients must present before anything else, or null. */
  byte @Nullable [] password();

  /**
   * Lines of {@code name:value} under headings.
   *
   * @param sections the headings wanted, in lower case; all if there are none
   */
  String information(Set<String> sections);

  /** What CONFIG GET tells. */
  Map<String, String> configuration();

  /** The clients that are connected, each as a line of CLIENT LIST. */
  Stream<String> clients();
}
