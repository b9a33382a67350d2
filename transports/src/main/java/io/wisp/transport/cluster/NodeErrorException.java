// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import java.io.IOException;
import java.util.Set;

/** A node has answered with an error. The connection is as good as before, unless it ends now. */
final class NodeErrorException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The codes of errors that may be others a moment later. */
  private static final Set<String> PASSING =
      Set.of("ASK", "CLUSTERDOWN", "LOADING", "MOVED", "MOVELOST", "TRYAGAIN", "UNKNOWN");

  private final String code;

  /** Of a node that has said an error. */
  NodeErrorException(String node, String error) {
    super("node " + node + " answers: " + error);
    code = error.substring(0, error.indexOf(' ') < 0 ? error.length() : error.indexOf(' '));
  }

  /** Whether to begin anew may help. */
  boolean isPassing() {
    return PASSING.contains(code);
  }
}
