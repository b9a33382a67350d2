package io.wisp.cli.serve;

import io.wisp.cli.common.ExitCode;
import io.wisp.cli.common.InternalErrors;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * What a server waits for, and what ends a measurement early: somebody who says that it is enough,
 * or the loss of a thread without which a server does not serve. To give it takes no memory, of
 * which there may be none left.
 */
public final class StopSignal implements UncaughtExceptionHandler {

  /** How long a process without one of its threads may take to end. */
  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);

  private final CountDownLatch given = new CountDownLatch(1);
  private volatile @Nullable Throwable loss;
  private volatile @Nullable Thread lost;

  /**
   * One that SIGINT and SIGTERM give. The second of them ends the process at once, for a user whose
   * patience with a clean end is over. After the loss of a thread the process ends within a bound,
   * for what is left of it may be in no state to be closed.
   */
  public static StopSignal ofProcess() {
    StopSignal stop = new StopSignal();
    for (String signal : new String[] {"INT", "TERM"}) {
      Signals.register(signal, stop::giveOrHalt);
    }
    Thread.ofPlatform().name("wisp-last-resort").daemon().start(stop::haltAfterLoss);
    return stop;
  }

  private void giveOrHalt() {
    if (isGiven()) {
      Runtime.getRuntime().halt(ExitCode.FAILURE);
    }
    give();
  }

  /** Runs from the start: when there is no memory left, no thread can be started either. */
  private void haltAfterLoss() {
    try {
      given.await();
      if (lost == null) {
        return;
      }
      Thread.sleep(CLOSING_TIME);
    } catch (Throwable e) {
      // All the more reason.
    }
    Runtime.getRuntime().halt(ExitCode.LOST_THREAD);
  }

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
    Thread thread = lost;
    Throwable cause = loss;
    if (thread == null || cause == null) {
      return;
    }
    InternalErrors.trace(cause, err);
    err.println(
        "wisp: the server ends, for it lost its thread "
            + thread.getName()
            + " by "
            + cause
            + "; "
            + InternalErrors.HOW_TO_TRACE);
  }

  int exitCode() {
    return lost == null ? ExitCode.SUCCESS : ExitCode.LOST_THREAD;
  }
}
