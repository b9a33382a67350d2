// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client that reads memory owes its server, which sees nothing of that: it looks whether
 * there still is one, and reports what it read, that it is alive, and by the reply learns what time
 * it is there. It belongs to one thread.
 */
final class ServerContact {

  /** How long reading goes on between two looks at whether there still is a server. */
  private static final long LOOK_INTERVAL_NANOS = 2_000_000;

  /** How long it gathers, at least, what was read, before it tells the server. */
  private static final long REPORT_INTERVAL_NANOS = 50_000_000;

  private static final Slice NONE = new Slice();

  private final Endpoint endpoint;
  private final RingCalls ring;
  private final ClientWait wait;
  private final ServerClock clock;
  private final @Nullable ReadSample reads;
  private final LongSupplier nanoTime;
  private final long keepAliveNanos;
  private final Reply reply = new Reply();
  private long lastLook;
  private long lastReport;

  /**
   * With the server of a connection.
   *
   * @param reads what is reported, if the server wants that
   * @param nanoTime as {@link System#nanoTime}
   */
  ServerContact(
      Endpoint endpoint,
      ClientConnection connection,
      RingCalls ring,
      ClientWait wait,
      @Nullable ReadSample reads,
      LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.ring = ring;
    this.wait = wait;
    clock = connection.clock();
    this.reads = reads;
    this.nanoTime = nanoTime;
    keepAliveNanos = connection.welcome().idleMillis() * 1_000_000 / 3;
    lastLook = nanoTime.getAsLong();
    lastReport = lastLook;
  }

  /** Whether the next request shall be preceded by a report. */
  boolean isReportDue() {
    return reads != null
        && !reads.isEmpty()
        && nanoTime.getAsLong() - lastReport >= REPORT_INTERVAL_NANOS;
  }

  /**
   * Sends a report, which may be of nothing.
   *
   * @return its number, for {@link #takeReply}
   */
  long sendReport() {
    lastReport = nanoTime.getAsLong();
    return ring.send(Operation.REPORT, NONE, reads == null ? NONE : reads.take(), 0, false);
  }

  /** Waits for the reply to a report. */
  void takeReply(long report) {
    ring.receive(report, reply);
    if (reply.status() != Status.DONE) {
      throw new TransportException(
          endpoint + " answers " + reply.status() + " to a report: " + reply.bytes());
    }
    clock.hear(reply.argument());
  }

  /** Makes sure that the server is there, and says whether it was time to look. */
  boolean look() {
    wait.failIfBroken();
    if (!isTimeToLook()) {
      return false;
    }
    wait.failIfServerIsGone();
    return true;
  }

  /** Makes likewise sure, for one who waits for replies; the last ones of a server count. */
  void lookBehindReplies() {
    if (!wait.isBrokenUnheard() && isTimeToLook()) {
      boolean ignored = wait.isServerGoneUnheard();
    }
  }

  private boolean isTimeToLook() {
    long now = nanoTime.getAsLong();
    if (now - lastLook < LOOK_INTERVAL_NANOS) {
      return false;
    }
    lastLook = now;
    return true;
  }

  /**
   * Reports, after a {@link #look}, if it is time to, and waits for the reply.
   *
   * @param wantsTime whether the server's time was missing
   */
  void reportIfDue(boolean wantsTime) {
    boolean mustShowLife = keepAliveNanos > 0 && lastLook - lastReport > keepAliveNanos;
    if (mustShowLife || wantsTime || isReportDue()) {
      takeReply(sendReport());
    }
  }
}
