// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server process that said that it is ready.
 *
 * @param out what it says from then on
 * @param host where tcp listens, as clients name it
 */
record ReadyServer(Process process, BufferedReader out, String host) {

  private static final Pattern LISTENING = Pattern.compile("tcp +(127\\.0\\.0\\.1:\\d+) .*");

  static ReadyServer of(Process process) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String host = "";
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.matches()) {
        host = listening.group(1);
      }
      if (line.startsWith("ready")) {
        return new ReadyServer(process, out, host);
      }
    }
    throw new AssertionError(
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
