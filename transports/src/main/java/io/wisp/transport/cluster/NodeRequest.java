// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;

/**
 * What is asked of the client of a node. The common ones capture nothing, and so allocate nothing.
 */
@FunctionalInterface
interface NodeRequest {

  NodeRequest PUT = (client, key, value, _) -> client.put(key, value);
  NodeRequest GET = (client, key, _, sink) -> client.get(key, sink);
  NodeRequest DELETE = (client, key, _, _) -> client.delete(key);
  NodeRequest COMPLETE = (client, _, _, sink) -> client.complete(sink);

  Status ask(Client client, Slice key, Slice value, ValueSink sink);
}
