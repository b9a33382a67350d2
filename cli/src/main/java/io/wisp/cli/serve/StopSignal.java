// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cli.common.InternalErrors;
import io.wisp.measure.input.ExitCode;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * What a server waits for, and what ends a measurement early: somebody who says that it is enough,
 * the loss of a thread without which a server does not serve, or that a server has left others with
 * which it shared a log. To give it takes no memory, of which there may be none left.
 */
public final class StopSignal implements UncaughtExceptionHandler {

  /** How long a process without one of its threads may take to end. */
  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);

  /**
   * Signals so soon behind the first are no impatience: timeout(1) sends one to its child and one
   * to the group that the child is in.
   */
  private static final long ONE_SIGNAL_NANOS = Duration.ofMillis(500).toNanos();

  private final CountDownLatch given = new CountDownLatch(1);
  private volatile @Nullable Throwable loss;
  private volatile @Nullable Thread lost;
  private volatile boolean givenByMember;
  private volatile boolean endsAtOnce;
  private long signalledAt = System.nanoTime() - ONE_SIGNAL_NANOS;

  /**
   * One that SIGINT and SIGTERM give. A later one ends the process at once, for a user whose
   * patience with a clean end is over. After the loss of a thread the process ends within a bound,
   * for what is left of it may be in no state to be closed; so it does when it has left others.
   */
  public static StopSignal ofProcess() {
    StopSignal stop = new StopSignal();
    for (String signal : new String[] {"INT", "TERM"}) {
      Signals.register(signal, stop::giveOrHalt);
    }
    Thread.ofPlatform().name("wisp-last-resort").daemon().start(stop::haltAfterLoss);
    return stop;
  }

  /** Each signal is handled in a thread of its own. */
  private synchronized void giveOrHalt() {
    long now = System.nanoTime();
    if (endsAtOnce) {
      Runtime.getRuntime().halt(ExitCode.SUCCESS);
    }
    if (!isGiven()) {
      signalledAt = now;
      give();
    } else if (now - signalledAt > ONE_SIGNAL_NANOS) {
      Runtime.getRuntime().halt(ExitCode.FAILURE);
    }
  }

  /** Whether a signal ends the process at once: while nothing is served, and no work is lost. */
  void endsAtOnce(boolean atOnce) {
    endsAtOnce = atOnce;
  }

  /** Runs from the start: when there is no memory left, no thread can be started either. */
  private void haltAfterLoss() {
    try {
      given.await();
      if (lost == null && !givenByMember) {
        return;
      }
      Thread.sleep(CLOSING_TIME);
    } catch (Throwable e) {
      // All the more reason.
    }
    Runtime.getRuntime().halt(exitCode());
  }

  /** Gives it: whoever waits for it goes on. */
  public void give() {
    given.countDown();
  }

  @Override
  public synchronized void uncaughtException(Thread thread, Throwable cause) {
    if (given.getCount() > 0) {
      loss = cause;
      lost = thread;
      give();
    }
  }

  /** Gives it for a server that has left the others of its group, and has said why. */
  synchronized void giveByMember() {
    if (!isGiven()) {
      givenByMember = true;
      give();
    }
  }

  /** Whether it was given. */
  public boolean isGiven() {
    return given.getCount() == 0;
  }

  void await() {
    try {
      given.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says why a server ends that nobody asked to. */
  void explain(PrintStream err) {
    if (givenByMember) {
      err.println("wisp: the server ends, for it has left its group");
    }
    Thread thread = lost;
    Throwable cause = loss;
    if (thread == null || cause == null) {
      return;
    }
    InternalErrors.trace(cause, err);
    err.println(
        "wisp: the server ends, for it lost its thread %s by %s; %s"
            .formatted(thread.getName(), InternalErrors.told(cause), InternalErrors.HOW_TO_TRACE));
  }

  int exitCode() {
    if (lost != null) {
      return ExitCode.LOST_THREAD;
    }
    return givenByMember ? ExitCode.FAILURE : ExitCode.SUCCESS;
  }
}
