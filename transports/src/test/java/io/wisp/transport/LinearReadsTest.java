// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One-sided readers of a few keys while others write them: each value is whole, and none is older
 * than what was acknowledged, or seen by any reader, before the read began.
 *
 * <p>Each key has one writer, who numbers what it does with it: a put with an even number, which is
 * in the value, and a delete with an odd one. A transport's own test extends this. The system
 * property {@code wisp.linear.gets} says how many gets each test does.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class LinearReadsTest extends TransportFixture {

  private static final int HEADER = 16;
  private static final int WRITERS = 2;
  private static final int READERS = 2;
  private static final int WINDOW = 16;
  private static final int WRITE_WINDOW = 1_000;
  private static final int LONG_VALUE = 100_000;

  /** Gets that are asked for wait behind all that writers have under way. */
  private static final int ASKED_SHARE = 8;

  /** With fewer none might meet a stale address. */
  private static final long FEWEST_ASKED = 5_000;

  /** With fewer either; readers go on until there are so many, however slow the writers are. */
  private static final long FEWEST_WRITES = 4 * WRITE_WINDOW;

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final AtomicLong getsLeft = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;

  /** Of each key, the highest number known to have happened. */
  private AtomicLongArray happened = new AtomicLongArray(0);

  /** Of each key, the number of the last delete that was begun. */
  private AtomicLongArray deleting = new AtomicLongArray(0);

  /** How many gets each test does at least, but one that asks for some, which may do an eighth. */
  protected long gets() {
    return Long.getLong("wisp.linear.gets", 600_000);
  }

  @ParameterizedTest(name = "{4}, {0} keys, values to {1} bytes, 1 write in {2} long, many {3}")
  @CsvSource({
    "1, 300, 1000000, false, ONE_SIDED",
    "1, 2000, 200, true, ONE_SIDED",
    "6, 1000, 500, false, ONE_SIDED",
    "200, 600, 1000000, true, ONE_SIDED",
    "6, 1000, 500, false, AUTO",
    "200, 600, 1000000, true, AUTO"
  })
  void shouldReadWholeValuesThatAreNeverOlderThanWhatWasKnown(
      int keys, int maxLength, int writesPerLong, boolean pipelined, GetPath path)
      throws Exception {
    ClientOptions options = clientOptions().withGetPath(path);
    happened = new AtomicLongArray(keys);
    deleting = new AtomicLongArray(keys);
    for (int i = 0; i < keys; i++) {
      happened.set(i, 1);
      deleting.set(i, 1);
    }
    long fewest = Math.min(gets(), FEWEST_ASKED);
    getsLeft.set(path == GetPath.AUTO ? Math.max(fewest, gets() / ASKED_SHARE) : gets());
    Server server = serve();
    long before = server.statistics().requests();
    List<Client> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> reading = new ArrayList<>();
      List<Future<?>> writing = new ArrayList<>();
      for (int i = 0; i < Math.min(WRITERS, keys); i++) {
        Client client = connect(server.endpoint(), options);
        int writer = i;
        writing.add(
            threads.submit(
                () -> guard(() -> write(client, keys, maxLength, writesPerLong, writer))));
      }
      for (int i = 0; i < READERS; i++) {
        Client client = connect(server.endpoint(), options);
        readers.add(client);
        long seed = i;
        reading.add(threads.submit(() -> guard(() -> read(client, keys, seed, pipelined))));
      }
      for (Future<?> each : reading) {
        each.get();
      }
      stopping = true;
      for (Future<?> each : writing) {
        each.get();
      }
    }
    if (failure != null) {
      throw new AssertionError(failure);
    }
    report(server, readers, before, path);
  }

  private void report(Server server, List<Client> readers, long before, GetPath path) {
    long asked = server.statistics().requests() - before - writes.get();
    long stale = 0;
    long fallBacks = 0;
    for (Client each : readers) {
      stale += counter(each, "client_lookup_stale_addresses");
      fallBacks += counter(each, "client_lookup_fall_backs");
    }
    System.out.printf(
        Locale.ROOT,
        "%s: writes=%s hits=%s misses=%s stale addresses=%d fall-backs=%d asked=%d%n",
        transport().name(),
        writes,
        hits,
        misses,
        stale,
        fallBacks,
        asked);
    assertThat(hits).hasPositiveValue();
    assertThat(misses).hasPositiveValue();
    assertThat(writes).hasPositiveValue();
    assertThat(stale).isPositive();
    if (path == GetPath.ONE_SIDED) {
      assertThat(asked).as("gets that the server saw").isLessThan((hits.get() + misses.get()) / 10);
    }
  }

  private static long counter(Client client, String name) {
    return client
        .information()
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElseThrow();
  }

  private boolean goesOn() {
    return !stopping && failure == null;
  }

  private void guard(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void write(Client client, int keys, int maxLength, int writesPerLong, int writer) {
    SplittableRandom random = new SplittableRandom(writer);
    MemorySegment memory = Arena.ofAuto().allocate(HEADER + LONG_VALUE, Long.BYTES);
    Slice value = new Slice();
    Slice[] names = names(keys);
    long[] numbers = new long[keys];
    int[] written = new int[WRITE_WINDOW];
    long[] as = new long[WRITE_WINDOW];
    while (goesOn()) {
      // Many at once, so that the few cores of a machine do not spend their time on waking threads.
      for (int i = 0; i < WRITE_WINDOW; i++) {
        written[i] = ownKey(random, keys, writer);
        as[i] = numbers[written[i]] += 2;
        if (random.nextInt(8) == 0) {
          deleting.set(written[i], ++as[i]);
          client.submitDelete(names[written[i]]);
        } else {
          int length =
              random.nextInt(writesPerLong) == 0 ? LONG_VALUE : random.nextInt(maxLength + 1);
          fill(memory, length, written[i], as[i]);
          value.set(memory, 0, HEADER + length);
          client.submitPut(names[written[i]], value);
        }
      }
      for (int i = 0; i < WRITE_WINDOW; i++) {
        Status status = client.complete(new RecordSink());
        if (as[i] % 2 == 0) {
          require(status, Status.CREATED, Status.REPLACED);
        } else {
          require(status, Status.DELETED, Status.ABSENT);
        }
        raise(written[i], as[i]);
        writes.incrementAndGet();
      }
    }
  }

  private static int ownKey(SplittableRandom random, int keys, int writer) {
    int own = (keys - writer + WRITERS - 1) / WRITERS;
    return random.nextInt(own) * WRITERS + writer;
  }

  private void raise(int key, long number) {
    happened.accumulateAndGet(key, number, Math::max);
  }

  private static Slice[] names(int keys) {
    Slice[] names = new Slice[keys];
    for (int i = 0; i < keys; i++) {
      names[i] = Slice.of("key" + i);
    }
    return names;
  }

  private static void require(Status status, Status one, Status other) {
    if (status != one && status != other) {
      throw new AssertionError("the server answers " + status);
    }
  }

  private static void fill(MemorySegment memory, int length, int key, long number) {
    memory.set(WORD, 0, key);
    memory.set(WORD, Long.BYTES, number);
    int index = HEADER;
    for (; index + Long.BYTES <= HEADER + length; index += Long.BYTES) {
      memory.set(WORD, index, content(key, number, index));
    }
    for (; index < HEADER + length; index++) {
      memory.set(ValueLayout.JAVA_BYTE, index, (byte) content(key, number, index));
    }
  }

  private static long content(int key, long number, int index) {
    return (number * 31 + key) * 0x9E3779B97F4A7C15L + index;
  }

  /** Receives values, takes them apart, and says what number they have. */
  private static final class Judge implements AutoCloseable {

    private final ValueBuffer value = new ValueBuffer();
    private final Slice slice = new Slice();

    long numberOf(int key) {
      value.pointAt(slice);
      MemorySegment segment = slice.segment();
      long offset = slice.offset();
      int length = slice.length();
      if (length < HEADER || segment.get(WORD, offset) != key) {
        throw new AssertionError("a value that key " + key + " never had");
      }
      long number = segment.get(WORD, offset + Long.BYTES);
      int index = HEADER;
      for (; index + Long.BYTES <= length; index += Long.BYTES) {
        check(segment.get(WORD, offset + index) == content(key, number, index), key, number);
      }
      for (; index < length; index++) {
        check(
            segment.get(ValueLayout.JAVA_BYTE, offset + index)
                == (byte) content(key, number, index),
            key,
            number);
      }
      return number;
    }

    private static void check(boolean same, int key, long number) {
      if (!same) {
        throw new AssertionError("the value " + number + " of key " + key + " is not whole");
      }
    }

    @Override
    public void close() {
      value.close();
    }
  }

  private void judge(int key, long floor, Status status, Judge judge) {
    if (status == Status.FOUND) {
      hits.incrementAndGet();
      long number = judge.numberOf(key);
      if (number < floor) {
        throw new AssertionError("key " + key + " has the value " + number + " after " + floor);
      }
      raise(key, number);
    } else {
      require(status, Status.ABSENT, Status.ABSENT);
      misses.incrementAndGet();
      if (deleting.get(key) < floor) {
        throw new AssertionError(
            "key " + key + " is absent after " + floor + ", and the last delete was before that");
      }
      raise(key, floor | 1);
    }
  }

  private void read(Client client, int keys, long seed, boolean pipelined) {
    SplittableRandom random = new SplittableRandom(seed);
    Slice[] names = names(keys);
    int window = pipelined ? WINDOW : 1;
    int[] asked = new int[window];
    long[] floors = new long[window];
    try (Judge judge = new Judge()) {
      while (goesOn() && (getsLeft.addAndGet(-window) > -window || writes.get() < FEWEST_WRITES)) {
        for (int i = 0; i < window; i++) {
          asked[i] = random.nextInt(keys);
          floors[i] = happened.get(asked[i]);
          if (pipelined) {
            client.submitGet(names[asked[i]]);
          }
        }
        for (int i = 0; i < window; i++) {
          Status status =
              pipelined ? client.complete(judge.value) : client.get(names[asked[i]], judge.value);
          judge(asked[i], floors[i], status, judge);
        }
      }
    }
  }
}
