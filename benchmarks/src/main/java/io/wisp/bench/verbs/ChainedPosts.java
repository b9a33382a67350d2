// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import io.wisp.verbs.WorkCompletions;

/**
 * As many requests under way as there is room for, posted in chains, each with one call and one
 * completion, as perftest's bandwidth tests do with {@code --post_list}. Allocates nothing.
 */
final class ChainedPosts {

  /** As many as perftest takes at a time. */
  private static final int POLLED = 16;

  private final Link link;
  private final int chain;
  private final SendBatch requests;
  private final WorkCompletions completions = new WorkCompletions(POLLED);
  private int outstanding;

  /**
   * Over a connected link.
   *
   * @param chain how many requests are posted at a time; at most the link's depth
   */
  ChainedPosts(Link link, int chain) {
    if (chain < 1 || chain > link.options.sendDepth()) {
      throw new IllegalArgumentException(
          "a chain has from 1 to " + link.options.sendDepth() + " requests, not " + chain);
    }
    this.link = link;
    this.chain = chain;
    requests = link.requests(chain).flags(chain - 1, SendFlags.SIGNALED);
  }

  /** Posts so many chains, one after the other. */
  void post(int chains) {
    for (int i = 0; i < chains; i++) {
      post();
    }
  }

  /** Posts a chain, as soon as there is room for it. */
  void post() {
    while (outstanding + chain > link.options.sendDepth()) {
      take();
    }
    link.pair.post(requests, chain);
    outstanding += chain;
  }

  /** Waits until everything posted is done. */
  void drain() {
    while (outstanding > 0) {
      take();
    }
  }

  private void take() {
    int count = link.sends.poll(completions);
    if (count == 0) {
      link.stop.check();
    }
    Link.requireSuccess(completions, count);
    outstanding -= count * chain;
  }
}
