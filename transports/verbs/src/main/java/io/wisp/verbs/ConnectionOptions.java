// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

/**
 * How a queue pair deals with its peer. {@link #DEFAULT} suits a data centre; the {@code with}
 * methods make others of it. Whatever is said of retries holds for reliable connections.
 *
 * @param timeout how long to wait for an acknowledgement before sending again: 4.096 us times 2 to
 *     the power of this; 0 waits forever; at most 31
 * @param retryCount how often to send again before the peer counts as gone; at most 7
 * @param receiverNotReadyRetry how often to try a peer that has no receive posted; 7 is without end
 * @param receiverNotReadyTimer how long a peer shall wait before it tries us again when we have
 *     none: a code of the specification, of which 12 is 0.64 ms; 1 is the shortest, at most 31
 * @param readsAsInitiator how many READs and atomic operations are under way at once, from us
 * @param readsAsTarget how many of the peer's are served at once; must not be less than its {@code
 *     readsAsInitiator}
 * @param serviceLevel on InfiniBand, and the priority on Ethernet; at most 15
 * @param trafficClass of the IP header on RoCE v2; at most 255
 * @param hopLimit of the IP header on RoCE v2; at most 255
 * @param flowLabel of the IP header on RoCE v2 over IPv6; 20 bits
 */
public record ConnectionOptions(
    int timeout,
    int retryCount,
    int receiverNotReadyRetry,
    int receiverNotReadyTimer,
    int readsAsInitiator,
    int readsAsTarget,
    int serviceLevel,
    int trafficClass,
    int hopLimit,
    int flowLabel) {

  /**
   * 67 ms before sending again, 7 times, then the peer is gone; waits without end for a peer that
   * has no receive posted; 16 READs at once, or as many as the device can.
   */
  public static final ConnectionOptions DEFAULT =
      new ConnectionOptions(14, 7, 7, 12, 16, 16, 0, 0, 64, 0);

  /** Checks every number against its limit. */
  public ConnectionOptions {
    check("timeout", timeout, 31);
    check("retryCount", retryCount, 7);
    check("receiverNotReadyRetry", receiverNotReadyRetry, 7);
    check("receiverNotReadyTimer", receiverNotReadyTimer, 31);
    check("readsAsInitiator", readsAsInitiator, 255);
    check("readsAsTarget", readsAsTarget, 255);
    check("serviceLevel", serviceLevel, 15);
    check("trafficClass", trafficClass, 255);
    check("hopLimit", hopLimit, 255);
    check("flowLabel", flowLabel, (1 << 20) - 1);
  }

  static void check(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(name + " must be from 0 to " + most + ": " + value);
    }
  }

  /** With another time before sending again, and another number of attempts. */
  public ConnectionOptions withRetries(int timeout, int retryCount) {
    return new ConnectionOptions(
        timeout,
        retryCount,
        receiverNotReadyRetry,
        receiverNotReadyTimer,
        readsAsInitiator,
        readsAsTarget,
        serviceLevel,
        trafficClass,
        hopLimit,
        flowLabel);
  }

  /** With another treatment of receivers that are not ready. */
  public ConnectionOptions withReceiverNotReady(int retry, int timer) {
    return new ConnectionOptions(
        timeout,
        retryCount,
        retry,
        timer,
        readsAsInitiator,
        readsAsTarget,
        serviceLevel,
        trafficClass,
        hopLimit,
        flowLabel);
  }

  /** With other numbers of READs and atomic operations at once. */
  public ConnectionOptions withReads(int asInitiator, int asTarget) {
    return new ConnectionOptions(
        timeout,
        retryCount,
        receiverNotReadyRetry,
        receiverNotReadyTimer,
        asInitiator,
        asTarget,
        serviceLevel,
        trafficClass,
        hopLimit,
        flowLabel);
  }

  /** With another route. */
  public ConnectionOptions withRoute(
      int serviceLevel, int trafficClass, int hopLimit, int flowLabel) {
    return new ConnectionOptions(
        timeout,
        retryCount,
        receiverNotReadyRetry,
        receiverNotReadyTimer,
        readsAsInitiator,
        readsAsTarget,
        serviceLevel,
        trafficClass,
        hopLimit,
        flowLabel);
  }
}
