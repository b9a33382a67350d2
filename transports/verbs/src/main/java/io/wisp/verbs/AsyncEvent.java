// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_ASYNC_EVENT;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  static AsyncEvent read(MemorySegment memory, Map<Long, VerbsObject> sources) {
    AsyncEventType type =
        Coded.find(
            AsyncEventType.values(),
            memory.get(ValueLayout.JAVA_INT, offset(IBV_ASYNC_EVENT, "event_type")),
            "asynchronous event");
    return switch (type.subject()) {
      case OBJECT -> {
        long at = offset(IBV_ASYNC_EVENT, "element", "qp");
        yield new AsyncEvent(type, sources.get(memory.get(ValueLayout.JAVA_LONG, at)), 0);
      }
      case PORT -> {
        long at = offset(IBV_ASYNC_EVENT, "element", "port_num");
        yield new AsyncEvent(type, null, memory.get(ValueLayout.JAVA_INT, at));
      }
      case DEVICE -> new AsyncEvent(type, null, 0);
    };
  }
}
