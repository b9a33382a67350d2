// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Output of which nothing may be lost in silence. A {@link java.io.PrintStream} over it would
 * swallow an IOException; so the first write that fails ends the command by a {@link UserError}.
 * What is written after that, while it ends, is dropped.
 */
final class CheckedOutput extends OutputStream {

  private final String name;
  private final OutputStream out;
  private volatile boolean failed;

  /** Output that the message calls by a name. */
  CheckedOutput(String name, OutputStream out) {
    this.name = name;
    this.out = out;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (failed) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      throw UserError.failure(name + " cannot be written: " + e.getMessage());
    }
  }
}
