// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP_INIT_ATTR;

import io.wisp.verbs.raw.QueuePairCalls;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.util.Locale;

/** Makes queue pairs, which depend on more than one other object. */
final class QueuePairFactory {

  private QueuePairFactory() {}

  static QueuePair create(ProtectionDomain domain, QueuePairOptions options) {
    check(domain, options);
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(IBV_QP_INIT_ATTR, arena);
      write(options, attributes);
      return VerbsObject.create(
          (state, ignored) -> QueuePairCalls.createQp(state, domain.handle(), attributes.address()),
          errno -> refused(domain.context(), options, errno),
          handle -> domain.context().addSource(new QueuePair(domain, options, handle, attributes)),
          domain,
          options.sendQueue,
          options.receiveQueue,
          options.shared);
    }
  }

  private static void write(QueuePairOptions options, Structure attributes) {
    attributes.set(options.sendQueue.handle(), "send_cq");
    attributes.set(options.receiveQueue.handle(), "recv_cq");
    if (options.shared != null) {
      attributes.set(options.shared.handle(), "srq");
    } else {
      attributes.set(options.maxReceives, "cap", "max_recv_wr");
      attributes.set(options.maxReceiveScatter, "cap", "max_recv_sge");
    }
    attributes.set(options.maxSends, "cap", "max_send_wr");
    attributes.set(options.maxSendGather, "cap", "max_send_sge");
    attributes.set(options.maxInline, "cap", "max_inline_data");
    attributes.set(options.type.code(), "qp_type");
    attributes.set(options.signalAll ? 1 : 0, "sq_sig_all");
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
