// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * By what the members of a group are told apart ({@link GroupMembers}): the name of the node, if it
 * was there when the group began; if it came later, a number sign and eight hexadecimal digits
 * behind it, drawn by lot when its folder was made. So a node that has lost its folder comes back
 * as another member, and what the one that it was has promised counts for that one alone.
 */
public final class MemberId {

  private static final char SIGN = '#';
  private static final Pattern IDENTIFIER =
      Pattern.compile("[A-Za-z0-9._-]{1,64}(" + SIGN + "[0-9a-f]{8})?");

  private MemberId() {}

  /** That of a node which comes to a group with a new folder. */
  public static String anew(String node) {
    return node + SIGN + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  }

  /** Whether a text is one. */
  public static boolean isOne(String text) {
    return IDENTIFIER.matcher(text).matches();
  }

  /** The name of the node. */
  public static String nodeOf(String identifier) {
    int sign = identifier.indexOf(SIGN);
    return sign < 0 ? identifier : identifier.substring(0, sign);
  }
}
