// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/** The example of README.md. */
final class ReadmeExample {

  /** What a peer tells of itself, over a socket for example. */
  record Peer(QueuePairAddress address, long memory, int rkey) {}

  private ReadmeExample() {}

  static long readWordOf(Function<Peer, Peer> exchange) throws IOException {
    // example begins
    try (Arena arena = Arena.ofShared();
        Context context = Verbs.open()) {
      LocalPort port = context.selectPort();
      ProtectionDomain domain = context.createProtectionDomain();
      MemoryRegion region =
          domain.register(
              arena.allocate(4096, 4096), AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ);
      CompletionQueue queue = context.createCompletionQueue(16);
      QueuePair pair = domain.createQueuePair(new QueuePairOptions(QueuePairType.RC, queue));
      pair.init(port, AccessFlag.REMOTE_READ);

      QueuePairAddress local = pair.address(port);
      Peer peer = exchange.apply(new Peer(local, region.address(), region.rkey()));
      pair.connect(port, local, peer.address(), ConnectionOptions.DEFAULT);

      SendBatch batch = new SendBatch(1);
      WorkCompletions completions = new WorkCompletions(16);
      batch
          .local(0, region.address(), 8, region.lkey())
          .read(0, peer.memory(), peer.rkey())
          .flags(0, SendFlags.SIGNALED);
      pair.post(batch, 1);
      while (queue.poll(completions) == 0) {
        Thread.onSpinWait();
      }
      if (!completions.isSuccess(0)) {
        throw new IOException(completions.describe(0));
      }
      return region.segment().get(ValueLayout.JAVA_LONG, 0);
    }
    // example ends
  }
}
