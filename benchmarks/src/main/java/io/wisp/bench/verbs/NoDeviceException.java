// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

/**
 * That this machine has no RDMA device to measure. For people: where it was thrown says nothing.
 */
final class NoDeviceException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  NoDeviceException(String reason) {
    super(reason + " (./wisp guest runs a command on a virtual machine that has a device)");
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
