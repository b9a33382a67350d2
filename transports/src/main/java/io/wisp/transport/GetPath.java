// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** How a client of a transport that reaches into the server's memory gets values. */
public enum GetPath implements Choice {
  /**
   * By reading the record where the server last said that it is, and else by asking the server: one
   * round trip either way.
   */
  AUTO("auto"),
  /** By reading the server's table, without the server's CPU, where the server offers it. */
  ONE_SIDED("onesided"),
  /** By asking the server, as for everything else. */
  RING("ring");

  private final String word;

  GetPath(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }

  /**
   * The one of a word.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static GetPath ofWord(String word) {
    return Choice.ofWord(values(), word, "way to get");
  }
}
