// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Can a thread sleep on although there is news? It does if it saw none after it had said that it
 * would sleep, and the count, on which the system has it wait, then stays as it had read it.
 */
public final class DoorbellStress {

  private static final long NEWS = 16;

  private DoorbellStress() {}

  /** What the sides share. */
  abstract static class Shared {

    private final MemorySegment words = MemorySegment.ofArray(new long[Doorbell.BYTES / 8]);
    private final MemorySegment news = MemorySegment.ofArray(new long[64]);
    private final Doorbell doorbell = new Doorbell(words);
    private int rings;

    final void tell(long side) {
      ConnectionDescriptor.notify(news, side, NEWS);
      doorbell.ring();
    }

    final void prepare() {
      rings = doorbell.prepare();
    }

    final int look(long side) {
      return ConnectionDescriptor.notified(news, side) == NEWS ? 1 : 0;
    }

    /** 0 if who has prepared would sleep now. */
    final int rung() {
      int now = doorbell.prepare();
      return now == rings ? 0 : 1;
    }
  }

  /** One who has news. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "sleeps on")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "saw nothing, and is woken")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "saw it, and nobody had to ring")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "saw it, and was rung as well")
  @State
  public static class OneRings extends Shared {

    @Actor
    public void sleeper(II_Result result) {
      prepare();
      result.r1 = look(ConnectionDescriptor.CLIENT_WORDS);
    }

    @Actor
    public void teller() {
      tell(ConnectionDescriptor.CLIENT_WORDS);
    }

    @Arbiter
    public void wouldSleep(II_Result result) {
      result.r2 = rung();
    }
  }

  /** Two who have news, as the clients of one thread do. */
  @JCStressTest
  @Outcome(id = "1, 1, [01]", expect = Expect.ACCEPTABLE, desc = "saw both")
  @Outcome(id = "[01], [01], 1", expect = Expect.ACCEPTABLE, desc = "is woken for what it missed")
  @Outcome(expect = Expect.FORBIDDEN, desc = "sleeps on")
  @State
  public static class TwoRing extends Shared {

    @Actor
    public void sleeper(III_Result result) {
      prepare();
      result.r1 = look(ConnectionDescriptor.CLIENT_WORDS);
      result.r2 = look(ConnectionDescriptor.SERVER_WORDS);
    }

    @Actor
    public void one() {
      tell(ConnectionDescriptor.CLIENT_WORDS);
    }

    @Actor
    public void other() {
      tell(ConnectionDescriptor.SERVER_WORDS);
    }

    @Arbiter
    public void wouldSleep(III_Result result) {
      result.r3 = rung();
    }
  }
}
