// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

/** An end's part in messages that go to and fro, one at a time. */
interface PingPong {

  /** Gets ready to receive; called once, before the link is connected. */
  void prepare();

  /** Sends a message and waits until the device has done so. */
  void send();

  /** Waits for the other end's next message. */
  void receive();

  /**
   * That of an end.
   *
   * @throws IllegalArgumentException for READ, in which the other end has no part
   */
  static PingPong over(Link link) {
    return switch (link.options.operation()) {
      case WRITE -> new WritePingPong(link);
      case SEND -> new SendPingPong(link);
      case READ -> throw new IllegalArgumentException("a READ goes one way");
    };
  }
}
