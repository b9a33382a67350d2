// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP_INIT_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.QueuePairCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** Makes queue pairs, which depend on more than one other object. */
final class QueuePairFactory {

  private QueuePairFactory() {}

  static QueuePair create(ProtectionDomain domain, QueuePairOptions options) {
    check(domain, options);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(IBV_QP_INIT_ATTR);
      write(options, attributes);
      return VerbsObject.create(
          (state, _) -> QueuePairCalls.createQp(state, domain.handle(), attributes.address()),
          errno -> refused(domain.context(), options, errno),
          handle -> domain.context().addSource(new QueuePair(domain, options, handle, attributes)),
          domain,
          options.sendQueue,
          options.receiveQueue,
          options.shared);
    }
  }

  private static void write(QueuePairOptions options, MemorySegment attributes) {
    setOwner(attributes, "send_cq", options.sendQueue);
    setOwner(attributes, "recv_cq", options.receiveQueue);
    if (options.shared != null) {
      setOwner(attributes, "srq", options.shared);
    } else {
      set(attributes, options.maxReceives, "cap", "max_recv_wr");
      set(attributes, options.maxReceiveScatter, "cap", "max_recv_sge");
    }
    set(attributes, options.maxSends, "cap", "max_send_wr");
    set(attributes, options.maxSendGather, "cap", "max_send_sge");
    set(attributes, options.maxInline, "cap", "max_inline_data");
    set(attributes, options.type.code(), "qp_type");
    set(attributes, options.signalAll ? 1 : 0, "sq_sig_all");
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

  private static void setOwner(MemorySegment attributes, String member, VerbsObject owner) {
    attributes.set(ValueLayout.JAVA_LONG, offset(IBV_QP_INIT_ATTR, member), owner.handle());
  }

  private static void set(MemorySegment attributes, int value, String... path) {
    attributes.set(ValueLayout.JAVA_INT, offset(IBV_QP_INIT_ATTR, path), value);
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
            "%s, type=%s, max_send_wr=%d, max_recv_wr=%d, max_send_sge=%d, max_recv_sge=%d,"
                + " max_inline_data=%d",
            context.argument(),
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
