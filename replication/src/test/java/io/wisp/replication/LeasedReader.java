// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.KeyModel;
import io.wisp.linearizability.Recorder;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One who reads the table of one member of a group, by shared memory, whoever leads. He goes
 * nowhere else: what he finds there must be right, or he must be told that it is not served there.
 */
final class LeasedReader implements AutoCloseable {

  private static final long PAUSE_NANOS = 2_000_000;

  private final String name;
  private final int port;
  private final int millis;
  private final Transport shm = Transports.named("shm");
  private final Random random;
  private final ValueBuffer value = new ValueBuffer();
  private final AtomicLong answers = new AtomicLong();
  private @Nullable Client client;

  /**
   * A reader at a member.
   *
   * @param port at which the member serves tcp
   * @param millis how long he waits for an answer, and begins anew if there is none
   */
  LeasedReader(String name, int port, int millis, long seed) {
    this.name = name;
    this.port = port;
    this.millis = millis;
    random = new Random(seed);
  }

  /** How many of his reads were answered so far. */
  long answers() {
    return answers.get();
  }

  /** Reads keys until it is over. */
  void read(Recorder recorder, List<String> keys, BooleanSupplier isOver) {
    while (!isOver.getAsBoolean()) {
      String key = keys.get(random.nextInt(keys.size()));
      try {
        recorder.call(name, key, Kind.GET, "", 0, () -> valueOf(key));
        answers.incrementAndGet();
      } catch (TransportException e) {
        // It is not served here now, or the member is stopped.
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private String valueOf(String key) {
    Status status;
    try {
      status = connected().get(Slice.of(key), value);
    } catch (TransportException e) {
      disconnect();
      throw e;
    }
    return switch (status) {
      case FOUND -> new String(value.toByteArray(), StandardCharsets.UTF_8);
      case ABSENT -> KeyModel.ABSENT;
      default -> throw new TransportException(key + " is answered with " + status);
    };
  }

  private Client connected() {
    Client connected = client;
    if (connected == null) {
      ClientOptions options =
          ClientOptions.defaults()
              .withTimeout(Duration.ofMillis(millis))
              .withGetPath(GetPath.ONE_SIDED);
      connected = shm.connect(shm.endpoint(new Endpoint("127.0.0.1", port)), options);
      client = connected;
    }
    return connected;
  }

  /**
   * How many gets of his connection were read and not asked for. To be called when he has ended.
   */
  long gotByReading() {
    return connected()
        .information()
        .lines()
        .filter(line -> line.startsWith("client_gets_read:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .sum();
  }

  private void disconnect() {
    Client connected = client;
    client = null;
    if (connected != null) {
      connected.close();
    }
  }

  @Override
  public void close() {
    disconnect();
    value.close();
  }
}
