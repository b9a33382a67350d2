// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import java.util.List;

/**
 * Tells the slow log and the history of latencies how long commands of one thread took. A clock
 * read for every command would cost a pipeline of short ones several percent. So those are timed
 * that are long by what they are given, each step of those that go on in steps, and one in {@value
 * #SAMPLED} of the others.
 */
public final class CommandTimer {

  /** A power of two. */
  static final int SAMPLED = 64;

  /** A command with so many words, or so many bytes, is always timed. */
  static final int MANY_WORDS = 16;

  static final int MANY_BYTES = 16 << 10;

  private final SlowLog slowLog;
  private final LatencyHistory latency;
  private int commands;

  CommandTimer(ServerView server) {
    slowLog = server.slowLog();
    latency = server.latency();
  }

  /** Whether the command that is about to run is to be timed. */
  public boolean times(Arguments arguments) {
    return (++commands & (SAMPLED - 1)) == 0
        || arguments.count() >= MANY_WORDS
        || arguments.span() >= MANY_BYTES;
  }

  /** Says that a command whose arguments are still there has ended, and took so long. */
  public void took(long nanos, CommandRequest request) {
    if (slowLog.isSlow(nanos) || latency.isLong(nanos)) {
      took(nanos, keep(request.arguments()), request);
    }
  }

  /** What is kept of a command that goes on in steps until it has ended. */
  public List<byte[]> keep(Arguments arguments) {
    return SlowLog.shortened(arguments);
  }

  /** Says that a command has ended of which this was kept, and took so long. */
  public void took(long nanos, List<byte[]> words, CommandRequest request) {
    if (latency.isLong(nanos)) {
      latency.add(nanos, second(request));
    }
    if (slowLog.isSlow(nanos)) {
      slowLog.add(second(request), nanos, words, request.client());
    }
  }

  private static long second(CommandRequest request) {
    return request.now() / 1000;
  }
}
