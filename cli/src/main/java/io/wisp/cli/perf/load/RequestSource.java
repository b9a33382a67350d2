// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

import io.wisp.cli.perf.keys.DecimalKeys;
import io.wisp.cli.perf.keys.KeyChooser;
import io.wisp.cli.perf.keys.KeySpace;
import io.wisp.cli.perf.values.ValueContents;
import io.wisp.cli.perf.values.ValueSizes;
import io.wisp.store.Slice;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The requests of one client, one after the other. It allocates nothing once made. */
final class RequestSource {

  private static final Slice NONE = new Slice();

  private final OperationMix mix;
  private final KeySpace space;
  private final KeyChooser chooser;
  private final ValueSizes sizes;
  private final DecimalKeys keys;
  private final ValueContents contents;
  private final SplittableRandom random;
  private Operation operation = Operation.GET;
  private long keyNumber;
  private boolean insertion;
  private boolean rewriteNext;
  private Slice key = NONE;
  private Slice value = NONE;

  /** The requests of one of several clients, drawn from a source of its own. */
  RequestSource(
      Workload workload, KeySpace space, int client, int clients, SplittableRandom random) {
    mix = workload.mix();
    this.space = space;
    chooser = workload.keys().chooser(space, client, clients);
    sizes = workload.sizes();
    keys = workload.keyBytes();
    contents = workload.contents(random.split().nextLong());
    this.random = random;
  }

  /** Goes on to the next request. */
  void advance() {
    if (rewriteNext) {
      rewriteNext = false;
      put(keyNumber, false);
      return;
    }
    Action action = mix.next(random);
    switch (action) {
      case PUT -> put(chooser.next(random), false);
      case INSERT -> put(space.insert(), true);
      case GET, READ_MODIFY_WRITE -> {
        without(Operation.GET, chooser.next(random));
        rewriteNext = action == Action.READ_MODIFY_WRITE;
      }
      case DELETE -> without(Operation.DELETE, chooser.next(random));
    }
  }

  /** Goes on to a put of a certain key. */
  void advanceToPut(long number) {
    put(number, false);
  }

  private void put(long number, boolean insert) {
    operation = Operation.PUT;
    insertion = insert;
    pointAtKey(number);
    value = contents.next(number, sizes.next(random));
  }

  private void without(Operation chosen, long number) {
    operation = chosen;
    insertion = false;
    pointAtKey(number);
    value = NONE;
  }

  private void pointAtKey(long number) {
    keyNumber = number;
    key = keys.of(number);
  }

  Operation operation() {
    return operation;
  }

  /** The key, until the next request. */
  Slice key() {
    return key;
  }

  long keyNumber() {
    return keyNumber;
  }

  /** The value of a put, until the next request. */
  Slice value() {
    return value;
  }

  /** Whether it is a put of a key that was not there. */
  boolean isInsertion() {
    return insertion;
  }

  /** Notes that an insertion was answered. */
  void acknowledgeInsertion() {
    space.acknowledge();
  }

  /** What is wrong with a value that was read for a key, or null. Spoils the current request. */
  @Nullable String faultOf(long number, Slice read) {
    String fault = contents.faultOf(number, read);
    return fault == null ? null : "the value of key " + keys.of(number) + " " + fault;
  }
}
