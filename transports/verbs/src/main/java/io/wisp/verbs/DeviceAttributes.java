// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_DEVICE_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Structs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a device can do.
 *
 * @param firmwareVersion as the device words it; empty for software devices
 * @param nodeGuid the GUID of the device, the most significant byte first
 * @param maxMemoryRegionBytes the longest memory region
 * @param vendorId of the maker
 * @param vendorPartId of the model
 * @param maxQueuePairs how many queue pairs there can be
 * @param maxRequestsPerQueue how many requests a send or receive queue holds at most
 * @param maxScatterGather how many pieces of memory one request can name
 * @param maxCompletionQueues how many completion queues there can be
 * @param maxCompletions how many completions a completion queue holds at most
 * @param maxMemoryRegions how many memory regions there can be
 * @param maxReadsAsTarget how many READs and atomic operations of its peer a queue pair can serve
 *     at once
 * @param maxReadsAsInitiator how many a queue pair can have under way itself
 * @param atomicCapability what the atomic operations are atomic with
 * @param maxSharedReceiveQueues how many shared receive queues there can be
 * @param maxSharedReceiveRequests how many requests such a queue holds at most
 * @param maxSharedReceiveScatter how many pieces of memory a request of it can name
 * @param maxAddressHandles how many address handles there can be
 * @param ports how many ports it has; they are numbered from 1
 */
public record DeviceAttributes(
    String firmwareVersion,
    long nodeGuid,
    long maxMemoryRegionBytes,
    int vendorId,
    int vendorPartId,
    int maxQueuePairs,
    int maxRequestsPerQueue,
    int maxScatterGather,
    int maxCompletionQueues,
    int maxCompletions,
    int maxMemoryRegions,
    int maxReadsAsTarget,
    int maxReadsAsInitiator,
    AtomicCapability atomicCapability,
    int maxSharedReceiveQueues,
    int maxSharedReceiveRequests,
    int maxSharedReceiveScatter,
    int maxAddressHandles,
    int ports) {

  static DeviceAttributes read(MemorySegment memory) {
    return new DeviceAttributes(
        memory.getString(offset(IBV_DEVICE_ATTR, "fw_ver")),
        memory.get(Structs.BIG_ENDIAN_LONG, offset(IBV_DEVICE_ATTR, "node_guid")),
        memory.get(ValueLayout.JAVA_LONG, offset(IBV_DEVICE_ATTR, "max_mr_size")),
        number(memory, "vendor_id"),
        number(memory, "vendor_part_id"),
        number(memory, "max_qp"),
        number(memory, "max_qp_wr"),
        number(memory, "max_sge"),
        number(memory, "max_cq"),
        number(memory, "max_cqe"),
        number(memory, "max_mr"),
        number(memory, "max_qp_rd_atom"),
        number(memory, "max_qp_init_rd_atom"),
        Coded.find(AtomicCapability.values(), number(memory, "atomic_cap"), "atomic capability"),
        number(memory, "max_srq"),
        number(memory, "max_srq_wr"),
        number(memory, "max_srq_sge"),
        number(memory, "max_ah"),
        Byte.toUnsignedInt(
            memory.get(ValueLayout.JAVA_BYTE, offset(IBV_DEVICE_ATTR, "phys_port_cnt"))));
  }

  private static int number(MemorySegment memory, String member) {
    return memory.get(ValueLayout.JAVA_INT, offset(IBV_DEVICE_ATTR, member));
  }
}
