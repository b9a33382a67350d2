package io.wisp.cli.perf;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection in a closed loop: the next request, or batch of requests, goes out when the reply
 * to the last one is there. {@link #run} allocates nothing per request.
 */
final class LoadClient {

  private static final byte PAYLOAD_BYTE = 'w';

  private final Client client;
  private final OperationMix mix;
  private final DecimalKeys keys;
  private final SplittableRandom random;
  private final Slice payload;
  private final ValueBuffer received = new ValueBuffer();
  private final Operation[] batch;
  private final long[] submitted;
  private final AtomicLong completed = new AtomicLong();
  private Map<Operation, Tally> tallies = newTallies();
  private @Nullable String breakdown;

  /** A client with a source of randomness of its own. */
  LoadClient(Client client, PerfSettings settings, SplittableRandom random) {
    this.client = client;
    this.mix = settings.mix();
    this.keys = new DecimalKeys(settings.keySize());
    this.random = random;
    MemorySegment bytes = Arena.ofAuto().allocate(settings.payloadSize(), Long.BYTES);
    this.payload = new Slice().set(bytes.fill(PAYLOAD_BYTE), 0, settings.payloadSize());
    this.batch = new Operation[settings.pipeline()];
    this.submitted = new long[settings.pipeline()];
  }

  private static Map<Operation, Tally> newTallies() {
    Map<Operation, Tally> tallies = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      tallies.put(operation, new Tally());
    }
    return tallies;
  }

  /** Does requests until they are done or the connection breaks, which {@link #breakdown} tells. */
  void run(long requests) {
    try {
      if (batch.length == 1) {
        oneByOne(requests);
      } else {
        inBatches(requests);
      }
    } catch (TransportException e) {
      breakdown = e.getMessage();
    }
  }

  private void oneByOne(long requests) {
    for (long i = 0; i < requests; i++) {
      Operation operation = mix.next(random);
      Slice key = keys.next(random);
      long start = System.nanoTime();
      Status status = execute(operation, key);
      long end = System.nanoTime();
      record(operation, status, end - start);
    }
  }

  private Status execute(Operation operation, Slice key) {
    return switch (operation) {
      case PUT -> client.put(key, payload);
      case GET -> client.get(key, received);
      case DELETE -> client.delete(key);
    };
  }

  private void inBatches(long requests) {
    for (long done = 0; done < requests; ) {
      int size = (int) Math.min(batch.length, requests - done);
      for (int i = 0; i < size; i++) {
        batch[i] = mix.next(random);
        Slice key = keys.next(random);
        submitted[i] = System.nanoTime();
        submit(batch[i], key);
      }
      client.flush();
      for (int i = 0; i < size; i++) {
        Status status = client.complete(received);
        record(batch[i], status, System.nanoTime() - submitted[i]);
      }
      done += size;
    }
  }

  private void submit(Operation operation, Slice key) {
    switch (operation) {
      case PUT -> client.submitPut(key, payload);
      case GET -> client.submitGet(key);
      case DELETE -> client.submitDelete(key);
    }
  }

  private void record(Operation operation, Status status, long nanoseconds) {
    tally(operation).record(status, nanoseconds);
    completed.setOpaque(completed.getPlain() + 1);
  }

  /** Forgets what was recorded so far: that was the warm-up. */
  void reset() {
    tallies = newTallies();
    completed.setOpaque(0);
  }

  /** How many requests are done; any thread may ask. */
  long completed() {
    return completed.getOpaque();
  }

  Tally tally(Operation operation) {
    return Objects.requireNonNull(tallies.get(operation));
  }

  /** What the client's own lookups came to since it connected; nothing once it is broken. */
  LookupCounters lookups() {
    if (breakdown != null) {
      return LookupCounters.NONE;
    }
    try {
      return LookupCounters.of(client.information());
    } catch (TransportException e) {
      breakdown = e.getMessage();
      return LookupCounters.NONE;
    }
  }

  /** Why the connection broke, or null if it did not. */
  @Nullable String breakdown() {
    return breakdown;
  }

  void close() {
    client.close();
    received.close();
  }
}
