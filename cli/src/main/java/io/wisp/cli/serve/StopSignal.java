package io.wisp.cli.serve;

import io.wisp.cli.common.ExitCode;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;

/** What a server waits for: somebody who says that it is enough. */
public final class StopSignal {

  private final CountDownLatch given = new CountDownLatch(1);

  /**
   * One that SIGINT and SIGTERM give. The second of them ends the process at once, for a user whose
   * patience with a clean end is over.
   */
  public static StopSignal ofProcess() {
    StopSignal stop = new StopSignal();
    for (String signal : new String[] {"INT", "TERM"}) {
      Signals.register(signal, stop::giveOrHalt);
    }
    return stop;
  }

  private void giveOrHalt() {
    if (given.getCount() == 0) {
      Runtime.getRuntime().halt(ExitCode.FAILURE);
    }
    give();
  }

  public void give() {
    given.countDown();
  }

  void await() {
    try {
      given.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
