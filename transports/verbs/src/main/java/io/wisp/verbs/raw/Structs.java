// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.MemoryLayout.unionLayout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The structures that are read or written, each named as in C. Members that are not used are
 * padding; pointers are longs. Layouts are those of 64-bit Linux and are the same from rdma-core 32
 * on: structures that have grown since grew at their ends.
 */
public final class Structs {

  /** Big-endian, as the members that C declares {@code __be32} are. */
  public static final ValueLayout.OfInt BIG_ENDIAN_INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

  /** Big-endian, as the members that C declares {@code __be64} are. */
  public static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

  public static final StructLayout IBV_DEVICE =
      structLayout(
              paddingLayout(20),
              u32("transport_type"),
              bytes(64, "name"),
              bytes(64, "dev_name"),
              paddingLayout(512))
          .withName("ibv_device");

  /** The context, and in its {@code ops} the functions that the header calls inline. */
  public static final StructLayout IBV_CONTEXT =
      structLayout(
              paddingLayout(8),
              structLayout(
                      paddingLayout(88),
                      pointer("poll_cq"),
                      pointer("req_notify_cq"),
                      paddingLayout(56),
                      pointer("post_srq_recv"),
                      paddingLayout(32),
                      pointer("post_send"),
                      pointer("post_recv"),
                      paddingLayout(40))
                  .withName("ops"),
              paddingLayout(4),
              u32("async_fd"),
              u32("num_comp_vectors"))
          .withName("ibv_context");

  public static final StructLayout IBV_DEVICE_ATTR =
      structLayout(
              bytes(64, "fw_ver"),
              BIG_ENDIAN_LONG.withName("node_guid"),
              paddingLayout(8),
              u64("max_mr_size"),
              paddingLayout(8),
              u32("vendor_id"),
              u32("vendor_part_id"),
              paddingLayout(4),
              u32("max_qp"),
              u32("max_qp_wr"),
              paddingLayout(4),
              u32("max_sge"),
              paddingLayout(4),
              u32("max_cq"),
              u32("max_cqe"),
              u32("max_mr"),
              paddingLayout(4),
              u32("max_qp_rd_atom"),
              paddingLayout(8),
              u32("max_qp_init_rd_atom"),
              paddingLayout(4),
              u32("atomic_cap"),
              paddingLayout(32),
              u32("max_ah"),
              paddingLayout(8),
              u32("max_srq"),
              u32("max_srq_wr"),
              u32("max_srq_sge"),
              paddingLayout(3),
              u8("phys_port_cnt"),
              paddingLayout(4))
          .withName("ibv_device_attr");

  public static final StructLayout IBV_PORT_ATTR =
      structLayout(
              u32("state"),
              u32("max_mtu"),
              u32("active_mtu"),
              u32("gid_tbl_len"),
              paddingLayout(4),
              u32("max_msg_sz"),
              paddingLayout(8),
              u16("pkey_tbl_len"),
              u16("lid"),
              paddingLayout(10),
              u8("link_layer"),
              paddingLayout(5))
          .withName("ibv_port_attr");

  public static final StructLayout IBV_GID_ENTRY =
      structLayout(
              bytes(16, "gid"),
              u32("gid_index"),
              u32("port_num"),
              u32("gid_type"),
              u32("ndev_ifindex"))
          .withName("ibv_gid_entry");

  public static final StructLayout IBV_MR =
      structLayout(paddingLayout(36), u32("lkey"), u32("rkey"), paddingLayout(4))
          .withName("ibv_mr");

  public static final StructLayout IBV_COMP_CHANNEL =
      structLayout(paddingLayout(8), u32("fd"), paddingLayout(4)).withName("ibv_comp_channel");

  public static final StructLayout IBV_CQ =
      structLayout(paddingLayout(28), u32("cqe")).withName("ibv_cq");

  public static final StructLayout IBV_QP =
      structLayout(paddingLayout(52), u32("qp_num")).withName("ibv_qp");

  public static final StructLayout IBV_SGE =
      structLayout(u64("addr"), u32("length"), u32("lkey")).withName("ibv_sge");

  public static final StructLayout IBV_SEND_WR =
      structLayout(
              u64("wr_id"),
              pointer("next"),
              pointer("sg_list"),
              u32("num_sge"),
              u32("opcode"),
              u32("send_flags"),
              BIG_ENDIAN_INT.withName("imm_data"),
              unionLayout(
                      structLayout(u64("remote_addr"), u32("rkey"), paddingLayout(4))
                          .withName("rdma"),
                      structLayout(
                              u64("remote_addr"),
                              u64("compare_add"),
                              u64("swap"),
                              u32("rkey"),
                              paddingLayout(4))
                          .withName("atomic"),
                      structLayout(pointer("ah"), u32("remote_qpn"), u32("remote_qkey"))
                          .withName("ud"))
                  .withName("wr"),
              paddingLayout(56))
          .withName("ibv_send_wr");

  public static final StructLayout IBV_RECV_WR =
      structLayout(
              u64("wr_id"), pointer("next"), pointer("sg_list"), u32("num_sge"), paddingLayout(4))
          .withName("ibv_recv_wr");

  public static final StructLayout IBV_WC =
      structLayout(
              u64("wr_id"),
              u32("status"),
              u32("opcode"),
              u32("vendor_err"),
              u32("byte_len"),
              BIG_ENDIAN_INT.withName("imm_data"),
              u32("qp_num"),
              u32("src_qp"),
              u32("wc_flags"),
              u16("pkey_index"),
              u16("slid"),
              u8("sl"),
              u8("dlid_path_bits"),
              paddingLayout(2))
          .withName("ibv_wc");

  public static final StructLayout IBV_QP_CAP =
      structLayout(
              u32("max_send_wr"),
              u32("max_recv_wr"),
              u32("max_send_sge"),
              u32("max_recv_sge"),
              u32("max_inline_data"))
          .withName("ibv_qp_cap");

  public static final StructLayout IBV_QP_INIT_ATTR =
      structLayout(
              paddingLayout(8),
              pointer("send_cq"),
              pointer("recv_cq"),
              pointer("srq"),
              IBV_QP_CAP.withName("cap"),
              u32("qp_type"),
              u32("sq_sig_all"),
              paddingLayout(4))
          .withName("ibv_qp_init_attr");

  public static final StructLayout IBV_GLOBAL_ROUTE =
      structLayout(
              bytes(16, "dgid"),
              u32("flow_label"),
              u8("sgid_index"),
              u8("hop_limit"),
              u8("traffic_class"),
              paddingLayout(1))
          .withByteAlignment(8)
          .withName("ibv_global_route");

  public static final StructLayout IBV_AH_ATTR =
      structLayout(
              IBV_GLOBAL_ROUTE.withName("grh"),
              u16("dlid"),
              u8("sl"),
              paddingLayout(2),
              u8("is_global"),
              u8("port_num"),
              paddingLayout(1))
          .withName("ibv_ah_attr");

  public static final StructLayout IBV_QP_ATTR =
      structLayout(
              u32("qp_state"),
              u32("cur_qp_state"),
              u32("path_mtu"),
              paddingLayout(4),
              u32("qkey"),
              u32("rq_psn"),
              u32("sq_psn"),
              u32("dest_qp_num"),
              u32("qp_access_flags"),
              IBV_QP_CAP.withName("cap"),
              IBV_AH_ATTR.withName("ah_attr"),
              IBV_AH_ATTR.withName("alt_ah_attr"),
              u16("pkey_index"),
              paddingLayout(2),
              u8("en_sqd_async_notify"),
              paddingLayout(1),
              u8("max_rd_atomic"),
              u8("max_dest_rd_atomic"),
              u8("min_rnr_timer"),
              u8("port_num"),
              u8("timeout"),
              u8("retry_cnt"),
              u8("rnr_retry"),
              paddingLayout(11))
          .withName("ibv_qp_attr");

  public static final StructLayout IBV_SRQ_ATTR =
      structLayout(u32("max_wr"), u32("max_sge"), u32("srq_limit")).withName("ibv_srq_attr");

  public static final StructLayout IBV_SRQ_INIT_ATTR =
      structLayout(pointer("srq_context"), IBV_SRQ_ATTR.withName("attr"), paddingLayout(4))
          .withName("ibv_srq_init_attr");

  public static final StructLayout IBV_ASYNC_EVENT =
      structLayout(
              unionLayout(pointer("qp"), u32("port_num")).withName("element"),
              u32("event_type"),
              paddingLayout(4))
          .withName("ibv_async_event");

  /** What stands before the payload of every datagram that was received. */
  public static final StructLayout IBV_GRH =
      structLayout(
              BIG_ENDIAN_INT.withName("version_tclass_flow"),
              paddingLayout(4),
              bytes(16, "sgid"),
              bytes(16, "dgid"))
          .withByteAlignment(8)
          .withName("ibv_grh");

  /** What {@code poll} waits for; from the C library. */
  public static final StructLayout POLLFD =
      structLayout(u32("fd"), u16("events"), u16("revents")).withName("pollfd");

  /**
   * The structures of which only the beginning is declared here, because what follows differs
   * between machines (a mutex) or versions. They are allocated by the library, or filled by a
   * function that knows no more than this.
   */
  public static final Set<StructLayout> PREFIXES =
      Set.of(IBV_CONTEXT, IBV_CQ, IBV_QP, IBV_PORT_ATTR);

  private Structs() {}

  /** The offset in bytes of a member, whose path is given from the outside in. */
  public static long offset(StructLayout layout, String... path) {
    return layout.byteOffset(path(path));
  }

  static PathElement[] path(String... names) {
    return Stream.of(names).map(PathElement::groupElement).toArray(PathElement[]::new);
  }

  private static MemoryLayout pointer(String name) {
    return u64(name);
  }

  private static MemoryLayout u64(String name) {
    return ValueLayout.JAVA_LONG.withName(name);
  }

  private static MemoryLayout u32(String name) {
    return ValueLayout.JAVA_INT.withName(name);
  }

  private static MemoryLayout u16(String name) {
    return ValueLayout.JAVA_SHORT.withName(name);
  }

  private static MemoryLayout u8(String name) {
    return ValueLayout.JAVA_BYTE.withName(name);
  }

  private static MemoryLayout bytes(int count, String name) {
    return sequenceLayout(count, ValueLayout.JAVA_BYTE).withName(name);
  }
}
