// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernel holds for RDMA devices, as {@code rdma resource} of iproute2 tells.
 *
 * @param domains protection domains of all devices
 * @param queuePairs queue pairs, without those of the kernel's own that each port has
 * @param regions memory regions
 */
record DeviceResources(int domains, int completionQueues, int queuePairs, int regions) {

  static DeviceResources now() throws IOException {
    Process process = new ProcessBuilder("rdma", "resource").redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    List<String> words = Arrays.asList(text.strip().split("\\s+"));
    return new DeviceResources(
        sum(words, "pd"), sum(words, "cq"), sum(words, "qp"), sum(words, "mr"));
  }

  private static int sum(List<String> words, String name) {
    int sum = 0;
    boolean found = false;
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals(name)) {
        found = true;
        sum += Integer.parseInt(words.get(i + 1));
      }
    }
    if (!found) {
      throw new IllegalStateException("rdma resource does not tell of " + name + ": " + words);
    }
    return sum;
  }

  /** Waits until it is the same again. */
  static void await(DeviceResources expected) throws IOException, InterruptedException {
    Eventually.await(() -> now().equals(expected));
  }
}
