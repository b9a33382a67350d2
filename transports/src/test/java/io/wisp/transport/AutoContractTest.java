// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** Gets by reading a record whose address is known, and else by asking. */
public abstract class AutoContractTest extends RingContractTest {

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.AUTO);
  }

  @Override
  protected boolean serverSeesGets() {
    return false;
  }
}
