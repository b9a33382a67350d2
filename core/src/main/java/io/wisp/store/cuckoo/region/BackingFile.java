// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file that a region lives in. */
interface BackingFile {

  /** Where it is. */
  Path path();

  /** Maps all of it, for as long as the arena lives. */
  MemorySegment map(Arena arena) throws IOException;

  /** Gives it up, when nothing of it is mapped any more. */
  void release();
}
