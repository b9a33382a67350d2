// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Bytes in UTF-8 as text and back, without loss where they are not UTF-8: each byte that is not
 * becomes a lone surrogate, U+DC80 to U+DCFF, as Python's surrogateescape (PEP 383) has it. No
 * valid UTF-8 gives one.
 */
public final class ByteText {

  private static final int ESCAPE = 0xDC00;
  private static final int FIRST_ESCAPED = 0x80;
  private static final int LAST_ESCAPED = 0xFF;

  private ByteText() {}

  /** The text of bytes. */
  public static String decode(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    for (CoderResult result = decoder.decode(in, out, true);
        result.isError();
        result = decoder.decode(in, out, true)) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE | Byte.toUnsignedInt(in.get())));
      }
    }
    return out.flip().toString();
  }

  /** The bytes that {@link #decode} made a text of. */
  public static byte[] encode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              if (isEscape(codePoint)) {
                bytes.write(codePoint);
              } else {
                bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /** Whether all bytes of a text are UTF-8. */
  public static boolean isUtf8(String text) {
    return text.codePoints().noneMatch(ByteText::isEscape);
  }

  private static boolean isEscape(int codePoint) {
    return codePoint >= ESCAPE + FIRST_ESCAPED && codePoint <= ESCAPE + LAST_ESCAPED;
  }
}
