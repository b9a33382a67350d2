// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP_INIT_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.QueuePairCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Makes queue pairs, which depend on more than one other object. */
final class QueuePairFactory {

  private QueuePairFactory() {}

  static QueuePair create(ProtectionDomain domain, QueuePairOptions options) {
    check(domain, options);
    Deque<VerbsObject> owners = new ArrayDeque<>();
    try {
      long domainHandle = acquire(domain, owners);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment attributes = arena.allocate(IBV_QP_INIT_ATTR);
        set(attributes, "send_cq", acquire(options.sendQueue, owners));
        set(attributes, "recv_cq", acquire(options.receiveQueue, owners));
        if (options.shared != null) {
          set(attributes, "srq", acquire(options.shared, owners));
        } else {
          setCapability(attributes, "max_recv_wr", options.maxReceives);
          setCapability(attributes, "max_recv_sge", options.maxReceiveScatter);
        }
        setCapability(attributes, "max_send_wr", options.maxSends);
        setCapability(attributes, "max_send_sge", options.maxSendGather);
        setCapability(attributes, "max_inline_data", options.maxInline);
        attributes.set(
            ValueLayout.JAVA_INT, offset(IBV_QP_INIT_ATTR, "qp_type"), options.type.code());
        attributes.set(
            ValueLayout.JAVA_INT,
            offset(IBV_QP_INIT_ATTR, "sq_sig_all"),
            options.signalAll ? 1 : 0);
        CallState state = new CallState(arena);
        long handle = QueuePairCalls.createQp(state, domainHandle, attributes.address());
        if (handle == 0) {
          throw refused(domain.context(), options, state.errno());
        }
        QueuePair pair =
            new QueuePair(domain, options, handle, QueuePair.numberOf(handle), attributes);
        domain.context().addSource(pair);
        pair.register();
        return pair;
      }
    } finally {
      owners.forEach(VerbsObject::release);
    }
  }

  private static void check(ProtectionDomain domain, QueuePairOptions options) {
    Context context = domain.context();
    if (options.sendQueue.context() != context || options.receiveQueue.context() != context) {
      throw new IllegalArgumentException(
          "the completion queues belong to another context than the protection domain");
    }
    if (options.shared != null && options.shared.domain().context() != context) {
      throw new IllegalArgumentException(
          "the shared receive queue belongs to another context than the protection domain");
    }
  }

  private static long acquire(VerbsObject owner, Deque<VerbsObject> acquired) {
    long handle = owner.acquire();
    acquired.push(owner);
    return handle;
  }

  private static void set(MemorySegment attributes, String member, long value) {
    attributes.set(ValueLayout.JAVA_LONG, offset(IBV_QP_INIT_ATTR, member), value);
  }

  private static void setCapability(MemorySegment attributes, String member, int value) {
    attributes.set(ValueLayout.JAVA_INT, offset(IBV_QP_INIT_ATTR, "cap", member), value);
  }

  private static VerbsException refused(Context context, QueuePairOptions options, int errno) {
    DeviceAttributes device = context.attributes();
    boolean ownReceives = options.shared == null;
    Cures.Limits limits =
        new Cures.Limits()
            .check("max_send_wr", options.maxSends, "max_qp_wr", device.maxRequestsPerQueue())
            .check("max_send_sge", options.maxSendGather, "max_sge", device.maxScatterGather());
    if (ownReceives) {
      limits
          .check("max_recv_wr", options.maxReceives, "max_qp_wr", device.maxRequestsPerQueue())
          .check("max_recv_sge", options.maxReceiveScatter, "max_sge", device.maxScatterGather());
    }
    return new VerbsException(
        "ibv_create_qp",
        String.format(
            Locale.ROOT,
            "device=%s, type=%s, max_send_wr=%d, max_recv_wr=%d, max_send_sge=%d, max_recv_sge=%d,"
                + " max_inline_data=%d",
            context.device().name(),
            options.type,
            options.maxSends,
            ownReceives ? options.maxReceives : 0,
            options.maxSendGather,
            ownReceives ? options.maxReceiveScatter : 0,
            options.maxInline),
        errno,
        limits
            .sentence()
            .orElseGet(
                () ->
                    options.maxInline > 0
                        ? Cures.of(errno) + ", or not so much inline data"
                        : Cures.of(errno)));
  }
}
