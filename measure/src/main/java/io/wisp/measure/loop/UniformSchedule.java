// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

/** Every so many nanoseconds a request of all clients, who take turns. */
final class UniformSchedule implements Schedule {

  private final long requests;
  private final double interval;
  private final int clients;
  private long number;

  UniformSchedule(long allRequests, long nanoseconds, int client, int clients) {
    requests = Arrivals.share(allRequests, client, clients);
    interval = (double) nanoseconds / allRequests;
    this.clients = clients;
    number = client;
  }

  @Override
  public long requests() {
    return requests;
  }

  @Override
  public long next() {
    long due = (long) (number * interval);
    number += clients;
    return due;
  }
}
