// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import io.wisp.bench.latency.RequestKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What a client asks for, and what the store holds beforehand so that the answers mean something.
 */
public enum OperationMix {

  /** Gets of keys that are all there; a miss is an error. */
  GET(EnumSet.of(RequestKind.GET)) {
    @Override
    public RequestKind next(SplittableRandom random, long sequence) {
      return RequestKind.GET;
    }

    @Override
    public boolean startsPresent(long key) {
      return true;
    }
  },

  /** Puts of keys that are all there, so that memory stays constant. */
  PUT(EnumSet.of(RequestKind.PUT)) {
    @Override
    public RequestKind next(SplittableRandom random, long sequence) {
      return RequestKind.PUT;
    }

    @Override
    public boolean startsPresent(long key) {
      return true;
    }
  },

  /**
   * Puts and deletes in turn, each delete of the key just put: a delete has something to delete,
   * and the store never runs empty. Throughput counts both; the latencies tell them apart.
   */
  DELETE(EnumSet.of(RequestKind.PUT, RequestKind.DELETE)) {
    @Override
    public RequestKind next(SplittableRandom random, long sequence) {
      return sequence % 2 == 0 ? RequestKind.PUT : RequestKind.DELETE;
    }

    @Override
    public boolean startsPresent(long key) {
      return false;
    }
  },

  /** 95 gets to 5 puts, as in YCSB's workload B, of keys that are all there. */
  MIXED(EnumSet.of(RequestKind.GET, RequestKind.PUT)) {
    @Override
    public RequestKind next(SplittableRandom random, long sequence) {
      return random.nextInt(100) < 95 ? RequestKind.GET : RequestKind.PUT;
    }

    @Override
    public boolean startsPresent(long key) {
      return true;
    }
  },

  /**
   * A third each of puts, gets and deletes, as in the original Wisp's test. Every second key is
   * there at the start, which is the share that this mix settles at.
   */
  WISP(EnumSet.allOf(RequestKind.class)) {
    @Override
    public RequestKind next(SplittableRandom random, long sequence) {
      return switch (random.nextInt(3)) {
        case 0 -> RequestKind.PUT;
        case 1 -> RequestKind.GET;
        default -> RequestKind.DELETE;
      };
    }

    @Override
    public boolean startsPresent(long key) {
      return key % 2 == 0;
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes it: kinds() gives a copy
  private final Set<RequestKind> kinds;

  OperationMix(Set<RequestKind> kinds) {
    this.kinds = kinds;
  }

  /** The kinds of requests in this mix. */
  public Set<RequestKind> kinds() {
    return EnumSet.copyOf(kinds);
  }

  /**
   * What to ask for next; of {@link #DELETE}, an even number begins with a new key and the odd one
   * after it stays with that key.
   *
   * @param sequence how many requests the client has made
   */
  public abstract RequestKind next(SplittableRandom random, long sequence);

  /** Whether a key is there at the start. */
  public abstract boolean startsPresent(long key);

  /** Whether a get can only find its key absent if the server lost it. */
  boolean everyGetHits() {
    return this == GET || this == MIXED;
  }

  /** The name by which it is asked for. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The mix of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static OperationMix labelled(String label) {
    return Arrays.stream(values())
        .filter(mix -> mix.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no operation \"" + label + "\"; there are " + labels()));
  }

  private static String labels() {
    List<String> labels = Arrays.stream(values()).map(OperationMix::label).toList();
    return labels.stream().collect(Collectors.joining(", "));
  }
}
