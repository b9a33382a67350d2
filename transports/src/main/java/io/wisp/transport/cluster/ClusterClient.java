// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.KeySlot;
import io.wisp.codec.BatchDescriptor;
import io.wisp.store.KeySink;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Refusals;
import io.wisp.transport.TokenQueue;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster. It takes the map from one node, holds a client of one transport for each
 * node that it has used, and sends each request to the node that has the key: so a get of a key
 * that the transport reads by itself is one round trip to its owner, as it is without a cluster.
 *
 * <p>It differs from other clients in this:
 *
 * <ul>
 *   <li>A node that cannot be reached fails the calls for its keys, by a {@link TransportException}
 *       that names it. Others go on, and the next call for one of its keys connects anew, or goes
 *       to the node of its shard that is the master now. What was under way may have been done.
 *   <li>When a node answers that a key is no longer its own, the client asks it for the map, and
 *       the others of its shard if it knows no later one. A blocking call then goes to the new
 *       owner. A submitted request is not sent again: it completes with {@link Status#MOVED} and
 *       has changed nothing, and what is submitted once nothing is outstanding follows the new map.
 *   <li>Replies come in the order of submission, over all nodes; writes of one key take effect in
 *       that order, writes of different nodes in any.
 *   <li>The timeout is that of each request to a node, of which a call makes more than one only if
 *       the map has changed. Where it asks nodes for the map, it waits for no more than one that is
 *       silent; the next call asks another one. A shard of which nobody knew more is not asked
 *       about again within a tenth of a second, unless one of it names its master; calls for its
 *       keys end as the last one did.
 *   <li>All keys of a batch are of one slot: else there is an {@link IllegalArgumentException} that
 *       names two keys, their slots and their nodes.
 *   <li>There is one walk of {@link #scan} at a time, which goes from shard to shard. A shard that
 *       has another master meanwhile is walked from its beginning again.
 * </ul>
 */
public final class ClusterClient implements Client {

  /** How often a call follows a map that changes. */
  private static final int MOST_REDIRECTIONS = 8;

  private static final Slice NONE = new Slice();

  /** Of submissions: below is the status of one that went nowhere, from here on a node's place. */
  private static final int FIRST_NODE = 1_000;

  /** What is submitted to the client of a node. */
  private interface Submission {
    void submit(Client client, Slice key, Slice value);
  }

  private final Transport transport;
  private final ClientOptions options;
  private final NodeClients nodes;
  private final TokenQueue submissions = new TokenQueue();
  private final KeyRoutes routes;
  private final ClusterWalk walk = new ClusterWalk();
  private final RecordSink noValue = new RecordSink();
  private volatile boolean closed;

  private ClusterClient(Transport transport, ClientOptions options, NodeClients nodes) {
    this.transport = transport;
    this.options = options;
    this.nodes = nodes;
    routes = new KeyRoutes(nodes, submissions);
  }

  /**
   * Connects to a cluster.
   *
   * @param server any node of it, by the port that it was given, which is tcp's
   * @throws TransportException if that cannot be reached, or is no node of a cluster
   */
  public static ClusterClient connect(Transport transport, Endpoint server, ClientOptions options) {
    try (Client client = transport.connect(transport.endpoint(server), options)) {
      ClusterMap map = NodeClients.readMap(client, server.toString());
      if (map == null) {
        throw new TransportException(server + " is no node of a cluster");
      }
      return new ClusterClient(transport, options, new NodeClients(transport, options, map));
    }
  }

  /**
   * Connects to a server, and if it tells of a cluster that it is a node of, to all of that.
   *
   * @param server by the port that it was given, which is tcp's
   * @throws TransportException if it cannot be reached
   */
  public static Client connectToAll(Transport transport, Endpoint server, ClientOptions options) {
    Client client = transport.connect(transport.endpoint(server), options);
    ClusterMap map = null;
    try {
      map = NodeClients.readMap(client, server.toString());
    } catch (TransportException e) {
      // It tells nothing of itself, and may serve all the same.
    }
    if (map == null) {
      return client;
    }
    client.close();
    return new ClusterClient(transport, options, new NodeClients(transport, options, map));
  }

  @Override
  public String description() {
    return "%s to the %s nodes of a cluster"
        .formatted(transport.name(), nodes.map().nodes().size());
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client of the cluster is closed");
    }
  }

  private void enter() {
    checkOpen();
    routes.follow();
  }

  private void enterBlocking() {
    enter();
    if (submissions.size() > 0) {
      throw new IllegalStateException(
          submissions.size() + " requests are outstanding, and a blocking call must wait for them");
    }
  }

  private static TransportException restless() {
    return new TransportException(
        "the cluster's map changed " + MOST_REDIRECTIONS + " times during one call");
  }

  private Status call(NodeRequest request, Slice key, Slice value, ValueSink sink) {
    enterBlocking();
    Status refusal = Refusals.of(key);
    if (refusal != null) {
      return refusal;
    }
    for (int i = 0; i <= MOST_REDIRECTIONS; i++) {
      NodeClient node = routes.nodeOf(key);
      if (node == null) {
        return Status.SLOT_NOT_SERVED;
      }
      Client client = routes.clientOf(node, key);
      Status status = client == null ? Status.MOVED : ask(request, node, client, key, value, sink);
      if (!status.isElsewhere() || (client != null && !nodes.refreshFrom(node, status))) {
        return status;
      }
    }
    throw restless();
  }

  private static Status ask(
      NodeRequest request, NodeClient node, Client client, Slice key, Slice value, ValueSink sink) {
    try {
      Status status = request.ask(client, key, value, sink);
      node.refused(status == Status.SLOT_NOT_SERVED);
      return status;
    } catch (TransportException e) {
      throw node.broke(e);
    }
  }

  @Override
  public Status put(Slice key, Slice value) {
    return call(NodeRequest.PUT, key, value, noValue);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    return call(NodeRequest.GET, key, NONE, sink);
  }

  @Override
  public Status delete(Slice key) {
    return call(NodeRequest.DELETE, key, NONE, noValue);
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    return call((client, _, _, _) -> client.put(key, value, timeToLiveMillis), key, NONE, noValue);
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    enterBlocking();
    Status known = statusWithoutNodes(batch);
    return known != null
        ? known
        : call(
            (client, _, _, _) -> client.writeAll(batch),
            BatchSlot.keyOf(batch, nodes.map()),
            NONE,
            noValue);
  }

  /** The status of a batch that needs no node, or null. */
  private static @Nullable Status statusWithoutNodes(WriteBatch batch) {
    return batch.size() == 0 ? Status.DONE : BatchDescriptor.refusalOf(batch);
  }

  @Override
  public Status add(Slice key, long amount, LongConsumer sum) {
    return call((client, _, _, _) -> client.add(key, amount, sum), key, NONE, noValue);
  }

  @Override
  public boolean contains(Slice key) {
    return number(key, 0, client -> client.contains(key) ? 1 : 0) == 1;
  }

  @Override
  public long timeToLive(Slice key) {
    return number(key, NO_KEY, client -> client.timeToLive(key));
  }

  private long number(Slice key, long ofNoKey, ToLongFunction<Client> question) {
    NumberRequest request = new NumberRequest(question, ofNoKey);
    Status status = call(request, key, NONE, noValue);
    if (status.isElsewhere()) {
      throw request.refusal(status, KeySlot.of(key));
    }
    return request.number();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    enterBlocking();
    try {
      return walk.next(nodes, cursor, atLeast, sink);
    } catch (TransportException e) {
      // For the next call there may be another master.
      NodeClient failed = walk.node(nodes);
      if (failed != null) {
        nodes.refreshWithout(failed);
      }
      throw e;
    }
  }

  /** What each node says, behind a line that names it; of one that cannot be reached, why. */
  @Override
  public String information() {
    enterBlocking();
    return ClusterReport.of(nodes);
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    submit(Client::submitPut, key, value);
  }

  @Override
  public void submitGet(Slice key) {
    submit((client, wanted, _) -> client.submitGet(wanted), key, NONE);
  }

  @Override
  public void submitDelete(Slice key) {
    submit((client, unwanted, _) -> client.submitDelete(unwanted), key, NONE);
  }

  @Override
  public void submitWriteAll(WriteBatch batch) {
    enterSubmitting();
    Status known = statusWithoutNodes(batch);
    if (known != null) {
      submissions.add(known.code());
    } else {
      Slice key = BatchSlot.keyOf(batch, nodes.map());
      add((client, _, _) -> client.submitWriteAll(batch), key, NONE);
    }
  }

  private void submit(Submission submission, Slice key, Slice value) {
    enterSubmitting();
    add(submission, key, value);
  }

  private void enterSubmitting() {
    enter();
    if (submissions.size() >= options.maxOutstanding()) {
      throw new IllegalStateException(
          submissions.size() + " requests are outstanding, and that is the most");
    }
  }

  private void add(Submission submission, Slice key, Slice value) {
    for (int i = 0; i <= MOST_REDIRECTIONS; i++) {
      NodeClient node = routes.nodeOf(key);
      if (node == null) {
        submissions.add(Status.SLOT_NOT_SERVED.code());
        return;
      }
      Client client = routes.clientOf(node, key);
      if (client != null) {
        submit(submission, node, client, key, value);
        return;
      }
    }
    throw restless();
  }

  private void submit(
      Submission submission, NodeClient node, Client client, Slice key, Slice value) {
    try {
      submission.submit(client, key, value);
    } catch (TransportException e) {
      throw node.broke(e);
    }
    node.addPending(1);
    submissions.add(FIRST_NODE + nodes.all().indexOf(node));
  }

  @Override
  public void flush() {
    checkOpen();
    TransportException first = null;
    for (NodeClient node : nodes.all()) {
      try {
        if (node.pending() > 0) {
          node.flush();
        }
      } catch (TransportException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    checkOpen();
    int oldest = submissions.poll();
    if (oldest == TokenQueue.NONE) {
      throw new IllegalStateException("no request is outstanding");
    } else if (oldest < FIRST_NODE) {
      return Status.ofCode(oldest);
    }
    NodeClient node = nodes.get(oldest - FIRST_NODE);
    Client client = node.client();
    node.addPending(-1);
    Status status = ask(NodeRequest.COMPLETE, node, client, NONE, NONE, sink);
    if (status.isElsewhere()) {
      routes.elsewhere(node, status);
    }
    return status;
  }

  @Override
  public boolean isReplyReady() {
    checkOpen();
    int oldest = submissions.peek();
    if (oldest < FIRST_NODE) {
      return oldest != TokenQueue.NONE;
    }
    return nodes.get(oldest - FIRST_NODE).use(Client::isReplyReady);
  }

  @Override
  public int outstanding() {
    return submissions.size();
  }

  @Override
  public void close() {
    closed = true;
    nodes.close();
  }
}
