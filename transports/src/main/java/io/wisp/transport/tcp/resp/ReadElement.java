// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import java.lang.foreign.MemorySegment;

/** Where the element lies that was read last, in the memory of an input. One thread uses it. */
abstract sealed class ReadElement permits ReplyReader, RequestParser {

  MemorySegment memory = MemorySegment.NULL;
  int offset;
  int length;
  int next;
  int needed;

  /** The memory that the element lies in, until the input changes. */
  public final MemorySegment memory() {
    return memory;
  }

  /** Where the text or the value begins. */
  public final int offset() {
    return offset;
  }

  /** How many bytes the text or the value has. */
  public final int length() {
    return length;
  }

  /** Where the next element begins. */
  public final int next() {
    return next;
  }

  /** The position before which there must be bytes for the next try. */
  public final int needed() {
    return needed;
  }
}
