// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/** A way to reach a server of which this machine can run all transports but rdma. */
enum Route {
  TCP("tcp", GetPath.RING),
  ZMQ("zmq", GetPath.RING),
  SHM_RING("shm", GetPath.RING),
  SHM_ONE_SIDED("shm", GetPath.ONE_SIDED);

  /** Some are sent in one piece, and some take more than a ring. */
  private static final int[] LENGTHS = {0, 10, 1_000, 30_000, 600_000};

  private final String transport;
  private final GetPath path;

  Route(String transport, GetPath path) {
    this.transport = transport;
    this.path = path;
  }

  Client connect(int basePort, Duration timeout) {
    Transport chosen = Transports.named(transport);
    return chosen.connect(
        new Endpoint("127.0.0.1", basePort + chosen.portOffset()),
        ClientOptions.defaults().withTimeout(timeout).withGetPath(path));
  }

  /** Puts, gets and deletes a value of a key that nobody else uses. */
  void checkRound(Client client, byte[] key, Random random) {
    checkLength(client, key, LENGTHS[random.nextInt(LENGTHS.length)], random);
  }

  /** A round for each length that there is. */
  void checkEachLength(Client client, byte[] key, Random random) {
    for (int length : LENGTHS) {
      checkLength(client, key, length, random);
    }
  }

  private void checkLength(Client client, byte[] key, int length, Random random) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    if (client.put(key, value).isError()) {
      throw new AssertionError(this + ": a put fails");
    }
    if (!Arrays.equals(value, client.get(key))) {
      throw new AssertionError(this + ": what was put is not there");
    }
    if (random.nextBoolean() && client.delete(key).isError()) {
      throw new AssertionError(this + ": a delete fails");
    }
  }
}
