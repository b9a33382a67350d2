// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Structure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened apart from completions.
 *
 * @param type what happened
 * @param source the queue pair, completion queue or shared receive queue it happened to; null if it
 *     happened to a port or the device, or the object was closed meanwhile
 * @param port the number of the port it happened to; 0 if it did not happen to a port
 */
public record AsyncEvent(AsyncEventType type, @Nullable VerbsObject source, int port) {

  static AsyncEvent read(Structure event, Map<Long, VerbsObject> sources) {
    AsyncEventType type =
        Coded.find(AsyncEventType.values(), event.number("event_type"), "asynchronous event");
    return switch (type.subject()) {
      case OBJECT -> new AsyncEvent(type, sources.get(event.longNumber("element", "qp")), 0);
      case PORT -> new AsyncEvent(type, null, event.number("element", "port_num"));
      case DEVICE -> new AsyncEvent(type, null, 0);
    };
  }
}
