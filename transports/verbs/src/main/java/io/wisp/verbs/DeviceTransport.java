// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

/** The protocol that a device speaks. */
public enum DeviceTransport {
  /** InfiniBand's, over InfiniBand or over Ethernet (RoCE). */
  INFINIBAND,
  /** iWARP: over TCP. Its queue pairs connect through rdma_cm alone, which is not bound here. */
  IWARP,
  /** Something else, of which this binding supports nothing. */
  OTHER
}
