// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_SRQ_ATTR;
import static io.wisp.verbs.raw.Structs.IBV_SRQ_INIT_ATTR;

import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.QueuePairCalls;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;

/** Receive requests that any number of queue pairs take from. */
public final class SharedReceiveQueue extends VerbsObject {

  private final ProtectionDomain domain;

  /**
   * What a shared receive queue is like.
   *
   * @param maxRequests how many requests it holds
   * @param maxScatter how many pieces of memory each can name
   * @param limit below how many an event is raised; 0 if none is armed
   */
  public record Attributes(int maxRequests, int maxScatter, int limit) {}

  private SharedReceiveQueue(ProtectionDomain domain, long handle) {
    super(handle, "a shared receive queue of " + domain.context().device().name(), domain);
    this.domain = domain;
  }

  static SharedReceiveQueue create(ProtectionDomain domain, int requests, int scatter) {
    return create(
        (state, arena) -> {
          Structure attributes = Structure.allocate(IBV_SRQ_INIT_ATTR, arena);
          attributes.set(requests, "attr", "max_wr");
          attributes.set(scatter, "attr", "max_sge");
          return QueuePairCalls.createSrq(state, domain.handle(), attributes.address());
        },
        errno -> refused(domain.context(), requests, scatter, errno),
        handle -> domain.context().addSource(new SharedReceiveQueue(domain, handle)),
        domain);
  }

  private static VerbsException refused(Context context, int requests, int scatter, int errno) {
    DeviceAttributes device = context.attributes();
    return new VerbsException(
        "ibv_create_srq",
        context.argument() + ", max_wr=" + requests + ", max_sge=" + scatter,
        errno,
        new Cures.Limits()
            .check("max_wr", requests, "max_srq_wr", device.maxSharedReceiveRequests())
            .check("max_sge", scatter, "max_srq_sge", device.maxSharedReceiveScatter())
            .sentence()
            .orElseGet(() -> Cures.of(errno)));
  }

  /** The protection domain that it belongs to. */
  public ProtectionDomain domain() {
    return domain;
  }

  /**
   * Posts the first requests of a batch, with one call. Allocates nothing.
   *
   * @throws IllegalStateException if the queue is closed
   * @throws VerbsException if it is full; {@link ReceiveBatch#posted} says how many were taken
   */
  public void post(ReceiveBatch batch, int count) {
    post(batch, 0, count);
  }

  /** Posts some requests of a batch, from one on. */
  public void post(ReceiveBatch batch, int first, int count) {
    batch.post(this, "ibv_post_srq_recv", domain.context().postSrqRecv, first, count);
  }

  /**
   * Asks for one {@link AsyncEventType#SHARED_RECEIVE_QUEUE_LIMIT_REACHED} when fewer requests than
   * this are left.
   *
   * @param requests 0 asks for none
   */
  public void limit(int requests) {
    modify(Ibv.IBV_SRQ_LIMIT, "srq_limit", requests);
  }

  /**
   * Changes how many requests it holds.
   *
   * @throws VerbsException if the device cannot do that, or more than this are in it
   */
  public void resize(int requests) {
    modify(Ibv.IBV_SRQ_MAX_WR, "max_wr", requests);
  }

  private void modify(int mask, String member, int value) {
    long queue = acquire();
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(IBV_SRQ_ATTR, arena);
      attributes.set(value, member);
      VerbsException.check(
          "ibv_modify_srq",
          member + "=" + value,
          QueuePairCalls.modifySrq(queue, attributes.address(), mask));
    } finally {
      release();
    }
  }

  /** Asks what it is like now. */
  public Attributes query() {
    long queue = acquire();
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(IBV_SRQ_ATTR, arena);
      VerbsException.check(
          "ibv_query_srq",
          domain.context().argument(),
          QueuePairCalls.querySrq(queue, attributes.address()));
      return new Attributes(
          attributes.number("max_wr"),
          attributes.number("max_sge"),
          attributes.number("srq_limit"));
    } finally {
      release();
    }
  }

  @Override
  void destroy() {
    domain.context().removeSource(this);
    VerbsException.check(
        "ibv_destroy_srq", domain.context().argument(), QueuePairCalls.destroySrq(handle()));
  }
}
