// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import java.util.List;
import zmq.Msg;

/**
 * A message as it came from a ROUTER.
 *
 * @param identity the name that the ROUTER gave to the connection
 * @param envelope the frames before the last, which go back before the reply
 * @param body the last frame, the request
 */
record ZmqRequest(Msg identity, List<Msg> envelope, InboundFrames.Frame body) {

  /** Returns the memory of its frames to the connection's account. */
  void giveBack() {
    body.giveBack();
    for (Msg part : envelope) {
      if (part instanceof InboundFrames.Frame frame) {
        frame.giveBack();
      }
    }
  }
}
