// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Structure;

/**
 * What a device can do.
 *
 * @param firmwareVersion as the device words it; empty for software devices
 * @param nodeGuid the GUID of the device, the most significant byte first
 * @param maxMemoryRegionBytes the longest memory region
 * @param maxRequestsPerQueue how many requests a send or receive queue holds at most
 * @param maxScatterGather how many pieces of memory one request can name
 * @param maxCompletions how many completions a completion queue holds at most
 * @param maxReadsAsTarget how many READs and atomic operations of its peer a queue pair can serve
 *     at once
 * @param maxReadsAsInitiator how many a queue pair can have under way itself
 * @param atomicCapability what the atomic operations are atomic with
 * @param maxSharedReceiveRequests how many requests such a queue holds at most
 * @param maxSharedReceiveScatter how many pieces of memory a request of it can name
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

  static DeviceAttributes read(Structure device) {
    return new DeviceAttributes(
        device.text("fw_ver"),
        device.longNumber("node_guid"),
        device.longNumber("max_mr_size"),
        device.number("vendor_id"),
        device.number("vendor_part_id"),
        device.number("max_qp"),
        device.number("max_qp_wr"),
        device.number("max_sge"),
        device.number("max_cq"),
        device.number("max_cqe"),
        device.number("max_mr"),
        device.number("max_qp_rd_atom"),
        device.number("max_qp_init_rd_atom"),
        Coded.find(AtomicCapability.values(), device.number("atomic_cap"), "atomic capability"),
        device.number("max_srq"),
        device.number("max_srq_wr"),
        device.number("max_srq_sge"),
        device.number("max_ah"),
        device.number("phys_port_cnt"));
  }
}
