// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Standard input between whose two parts something happens. */
final class InterruptedInput extends InputStream {

  private final InputStream before;
  private final InputStream after;
  private final Runnable between;
  private boolean happened;

  InterruptedInput(String before, Runnable between, String after) {
    this.before = new ByteArrayInputStream(before.getBytes(StandardCharsets.UTF_8));
    this.between = between;
    this.after = new ByteArrayInputStream(after.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException("it is read through a buffer");
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = before.read(bytes, offset, length);
    if (count > 0) {
      return count;
    }
    if (!happened) {
      happened = true;
      between.run();
    }
    return after.read(bytes, offset, length);
  }
}
