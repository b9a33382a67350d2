// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The files of a server, by name.
 *
 * <pre>
 *   control             the socket for control connections
 *   table               the table, if clients may read it: a link to the file of the region
 *   thread-T            the doorbell of a thread of the server
 *   buffer-K            a long reply
 *   connection-N        rings and doorbell of a connection, until the client has mapped it
 *   connection-N-K      a long request, or where a client reads to
 * </pre>
 *
 * @param folder where they are
 */
record ServerFiles(Path folder) {

  private static final Pattern NAME =
      Pattern.compile("control|table|thread-\\d+|buffer-\\d+|connection-\\d+(-\\d+)?");

  /** Whether a server, or a client of it, makes files of a name. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether a connection has files of a name. */
  static boolean isNameOf(long connection, String name) {
    String rings = "connection-" + connection;
    return name.equals(rings) || (name.startsWith(rings + "-") && isName(name));
  }

  Path control() {
    return folder.resolve("control");
  }

  Path table() {
    return folder.resolve("table");
  }

  Path doorbell(int thread) {
    return folder.resolve("thread-" + thread);
  }

  Path serverBuffer(int key) {
    return folder.resolve("buffer-" + key);
  }

  Path connection(long connection) {
    return folder.resolve("connection-" + connection);
  }

  Path clientBuffer(long connection, int key) {
    return folder.resolve("connection-" + connection + "-" + key);
  }
}
