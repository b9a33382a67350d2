// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

/** Time that passes only when somebody waits, or says that it does. */
final class FakeClock implements LoadClock {

  private static final long PAUSE = 1_000;

  private long now = Long.MAX_VALUE - 5_000_000_000L; // wraps around within every test

  private long timeToStop;
  private boolean stops;

  /** Lets the load end early, at a time. */
  void stopAt(long time) {
    timeToStop = time;
    stops = true;
  }

  @Override
  public boolean isStopped() {
    return stops && now - timeToStop >= 0;
  }

  void pass(long nanoseconds) {
    now += nanoseconds;
  }

  @Override
  public long now() {
    return now;
  }

  @Override
  public void awaitUntil(long time) {
    long end = stops && timeToStop - now > 0 && time - timeToStop > 0 ? timeToStop : time;
    if (end - now > 0) {
      now = end;
    }
  }

  @Override
  public void pause(long time) {
    now += Math.clamp(time - now, 1, PAUSE);
  }

  @Override
  public void resume() {}
}
