// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-1, by which texts are told apart; it keeps nothing secret. */
final class Digest {

  private Digest() {}

  /** That of a text, as 40 hexadecimal digits. */
  static String of(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
  }
}
