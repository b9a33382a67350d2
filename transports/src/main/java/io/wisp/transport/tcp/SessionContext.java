// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/** What all sessions of one thread share. */
final class SessionContext implements AutoCloseable {

  private final Request request;
  private final BufferPool buffers;
  private final CommandTable commands = Commands.table();
  private final RequestParser parser = new RequestParser();
  private final RequestCounters counters;

  /**
   * @param request which this context closes
   * @param buffers where sessions take memory from
   */
  SessionContext(Request request, BufferPool buffers, RequestCounters counters) {
    this.request = request;
    this.buffers = buffers;
    this.counters = counters;
  }

  Request request() {
    return request;
  }

  BufferPool buffers() {
    return buffers;
  }

  CommandTable commands() {
    return commands;
  }

  RequestParser parser() {
    return parser;
  }

  RequestCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    request.close();
  }
}
