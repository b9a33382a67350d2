// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** Gets by reading the table. */
public abstract class OneSidedContractTest extends RingContractTest {

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.ONE_SIDED);
  }

  @Override
  protected boolean serverSeesGets() {
    return false;
  }
}
