// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.io.IOException;

/** A channel of an event loop, which serves it when it is ready. */
interface ReadyChannel {

  /** What comes next for a channel. */
  enum Next {
    /** It had nothing to do, and waits until it is ready. */
    IDLE,
    /** It did something, and waits until it is ready. */
    WAIT,
    /** It goes on in the next round of the loop, ready or not. */
    RESUME,
    /** Its client was sent the last reply, and gets to see it. */
    LINGER,
    /** The same, because of a limit. */
    REFUSE,
    /** It is closed. */
    CLOSE
  }

  /** Does what can be done without waiting. If it throws, the event loop closes the channel. */
  Next serve() throws IOException;

  /** Frees what it has, and closes the channel. */
  void close();
}
