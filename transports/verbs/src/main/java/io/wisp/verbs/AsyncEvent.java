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
        AsyncEventType.of(memory.get(ValueLayout.JAVA_INT, offset(IBV_ASYNC_EVENT, "event_type")));
    return switch (type) {
      case COMPLETION_QUEUE_ERROR,
          QUEUE_PAIR_FATAL,
          QUEUE_PAIR_REQUEST_ERROR,
          QUEUE_PAIR_ACCESS_ERROR,
          COMMUNICATION_ESTABLISHED,
          SEND_QUEUE_DRAINED,
          PATH_MIGRATED,
          PATH_MIGRATION_ERROR,
          SHARED_RECEIVE_QUEUE_ERROR,
          SHARED_RECEIVE_QUEUE_LIMIT_REACHED,
          LAST_REQUEST_REACHED ->
          new AsyncEvent(
              type,
              sources.get(
                  memory.get(ValueLayout.JAVA_LONG, offset(IBV_ASYNC_EVENT, "element", "qp"))),
              0);
      case PORT_ACTIVE,
          PORT_ERROR,
          LID_CHANGE,
          PKEY_CHANGE,
          SUBNET_MANAGER_CHANGE,
          CLIENT_REREGISTER,
          GID_CHANGE ->
          new AsyncEvent(
              type,
              null,
              memory.get(ValueLayout.JAVA_INT, offset(IBV_ASYNC_EVENT, "element", "port_num")));
      case DEVICE_FATAL -> new AsyncEvent(type, null, 0);
    };
  }
}
