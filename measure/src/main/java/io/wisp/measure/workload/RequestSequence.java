// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one client asks for, one request after the other: the kind of each and the number of its
 * key. Belongs to one thread, and allocates nothing once made.
 */
public final class RequestSequence {

  private final OperationMix mix;
  private final KeySpace space;
  private final KeyChooser chooser;
  private final SplittableRandom random;
  private RequestKind kind = RequestKind.GET;
  private long keyNumber;
  private boolean insertion;
  private @Nullable RequestKind sameKeyNext;

  /** The requests of one of several clients that share a key space. */
  public RequestSequence(
      OperationMix mix,
      KeyDistribution keys,
      KeySpace space,
      int client,
      int clients,
      SplittableRandom random) {
    this.mix = mix;
    this.space = space;
    this.random = random;
    KeyChooser any = keys.chooser(space, client, clients);
    boolean own = mix.needsOwnKeys() && space.records() >= clients;
    chooser = own ? drawn -> ownKey(any.next(drawn), client, clients) : any;
  }

  /** One near a key that no other client asks for. */
  private long ownKey(long chosen, int client, int clients) {
    long own = chosen - chosen % clients + client;
    return own < space.records() ? own : client;
  }

  /** Goes on to the next request. */
  public void advance() {
    RequestKind follow = sameKeyNext;
    insertion = false;
    if (follow != null) {
      sameKeyNext = null;
      kind = follow;
      return;
    }
    Action action = mix.next(random);
    switch (action) {
      case PUT -> advanceTo(RequestKind.PUT, chooser.next(random));
      case INSERT -> {
        advanceTo(RequestKind.PUT, space.insert());
        insertion = true;
      }
      case GET -> advanceTo(RequestKind.GET, chooser.next(random));
      case DELETE -> advanceTo(RequestKind.DELETE, chooser.next(random));
      case READ_MODIFY_WRITE -> {
        advanceTo(RequestKind.GET, chooser.next(random));
        sameKeyNext = RequestKind.PUT;
      }
      case PUT_THEN_DELETE -> {
        advanceTo(RequestKind.PUT, chooser.next(random));
        sameKeyNext = RequestKind.DELETE;
      }
    }
  }

  /** Goes on to a certain request. */
  public void advanceTo(RequestKind kind, long number) {
    this.kind = kind;
    keyNumber = number;
    insertion = false;
  }

  /** What is asked for. */
  public RequestKind kind() {
    return kind;
  }

  /** The number of the key. */
  public long keyNumber() {
    return keyNumber;
  }

  /** Whether it is a put of a key that was not there. */
  public boolean isInsertion() {
    return insertion;
  }
}
