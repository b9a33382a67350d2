// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The bytes of an entry on their way to the log: Ratis takes them, or their proposer takes them
 * back, and never both. Ratis' exceptions do not say which: a leader that steps down, and one whose
 * queue is closed, gives the same ones before it has appended an entry and behind it. Thread-safe.
 */
final class Proposal implements Message {

  private final ByteString bytes;
  private final AtomicBoolean taken = new AtomicBoolean();

  /** That of an entry, whose bytes do not change any more. */
  Proposal(byte[] bytes) {
    this.bytes = UnsafeByteOperations.unsafeWrap(bytes);
  }

  /**
   * Takes them into the log, or back from it. Who takes them back knows that the log will never
   * have them.
   *
   * @return whether nobody else has
   */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  @Override
  public ByteString getContent() {
    return bytes;
  }

  @Override
  public String toString() {
    return "an entry of " + bytes.size() + " bytes";
  }
}
