// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, for people. */
final class Reason {

  private Reason() {}

  /** The JDK says of some only which file it was. */
  static String of(IOException cause) {
    return switch (cause) {
      case AccessDeniedException denied -> denied.getFile() + " may not be used by this user";
      case NoSuchFileException missing -> missing.getFile() + " is not there";
      default -> String.valueOf(cause.getMessage());
    };
  }
}
