// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.store.Slice;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one client with the bytes of their keys and values. Belongs to one thread, and
 * allocates nothing once made.
 */
public final class RequestSource {

  private static final Slice NONE = new Slice();

  private final KeySpace space;
  private final RequestSequence sequence;
  private final ValueSizes sizes;
  private final DecimalKeys keys;
  private final ValueContents contents;
  private final SplittableRandom random;
  private Slice key = NONE;
  private Slice value = NONE;

  /** The requests of one of several clients, drawn from a source of its own. */
  public RequestSource(
      Workload workload, KeySpace space, int client, int clients, SplittableRandom random) {
    this.space = space;
    this.random = random;
    sizes = workload.sizes();
    keys = workload.keyBytes();
    contents = workload.contents(random.split().nextLong());
    sequence = new RequestSequence(workload.mix(), workload.keys(), space, client, clients, random);
  }

  /** Goes on to the next request. */
  public void advance() {
    sequence.advance();
    write();
  }

  /** Goes on to a certain request. */
  public void advanceTo(RequestKind kind, long number) {
    sequence.advanceTo(kind, number);
    write();
  }

  private void write() {
    long number = sequence.keyNumber();
    key = keys.of(number);
    value = sequence.kind() == RequestKind.PUT ? contents.next(number, sizes.next(random)) : NONE;
  }

  /** What is asked for. */
  public RequestKind kind() {
    return sequence.kind();
  }

  /** The key, until the next request. */
  public Slice key() {
    return key;
  }

  /** The number of the key. */
  public long keyNumber() {
    return sequence.keyNumber();
  }

  /** The value of a put, until the next request. */
  public Slice value() {
    return value;
  }

  /** Whether it is a put of a key that was not there. */
  public boolean isInsertion() {
    return sequence.isInsertion();
  }

  /** Notes that an insertion was answered. */
  public void acknowledgeInsertion() {
    space.acknowledge();
  }

  /** What is wrong with a value that was read for a key, or null. Spoils the current request. */
  public @Nullable String faultOf(long number, Slice read) {
    String fault = contents.faultOf(number, read);
    return fault == null ? null : "the value of key " + keys.of(number) + " " + fault;
  }
}
