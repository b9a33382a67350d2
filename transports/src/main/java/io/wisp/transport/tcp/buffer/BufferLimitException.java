// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

/**
 * A buffer had to grow and may not. It is thrown where bytes are appended and caught where the
 * request can be answered or the connection closed; it has no stack trace, for a full server throws
 * it often.
 */
public final class BufferLimitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** So many bytes were needed beside those in use. */
  BufferLimitException(long needed, BufferBudget budget) {
    super(
        "the memory for connections' buffers is exhausted: "
            + needed
            + " bytes were needed, and "
            + budget.used()
            + " of "
            + budget.limit()
            + " are in use",
        null,
        false,
        false);
  }
}
