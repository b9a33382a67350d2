package io.wisp.cli.perf.load;

/** Time that passes only when somebody waits, or says that it does. */
final class FakeClock implements LoadClock {

  private static final long PAUSE = 1_000;

  private long now = Long.MAX_VALUE - 5_000_000_000L; // wraps around within every test

  void pass(long nanoseconds) {
    now += nanoseconds;
  }

  @Override
  public long now() {
    return now;
  }

  @Override
  public void awaitUntil(long time) {
    if (time - now > 0) {
      now = time;
    }
  }

  @Override
  public void pause(long time) {
    now += Math.clamp(time - now, 1, PAUSE);
  }

  @Override
  public void resume() {}
}
