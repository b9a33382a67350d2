// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.cli.fake.FakeTransport.FakeServer;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.TransportException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Executes a flushed request when its reply is asked for, and nothing once its server is down. */
final class FakeClient implements Client {

  private final FakeServer server;
  private final ClientOptions options;
  private final Queue<Function<ValueSink, Status>> submitted = new ArrayDeque<>();
  private final @Nullable String device;
  private int flushed;
  private long gets;
  private boolean closed;

  /**
   * A client of a server of this process.
   *
   * @param device what to claim that it runs over, if anything
   */
  FakeClient(FakeServer server, ClientOptions options, @Nullable String device) {
    this.server = server;
    this.options = options;
    this.device = device;
  }

  private Store store() {
    if (closed) {
      throw new IllegalStateException("this client is closed");
    }
    if (!server.isUp()) {
      throw new TransportException("the server at " + server.endpoint() + " went away");
    }
    return server.store();
  }

  @Override
  public String description() {
    return "fake client of " + server.endpoint() + (device == null ? "" : " over " + device);
  }

  @Override
  public Status put(Slice key, Slice value) {
    return store().put(key, value);
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    long expiresAt = System.currentTimeMillis() + timeToLiveMillis;
    return store().write(key, value, WriteCondition.ALWAYS, 0, expiresAt);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    gets++;
    return store().get(key, sink);
  }

  @Override
  public Status delete(Slice key) {
    return store().delete(key);
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    byte[] keyBytes = key.toByteArray();
    byte[] valueBytes = value.toByteArray();
    submit(sink -> store().put(keyBytes, valueBytes));
  }

  @Override
  public void submitGet(Slice key) {
    byte[] keyBytes = key.toByteArray();
    submit(sink -> store().get(Slice.of(keyBytes), sink));
  }

  @Override
  public void submitDelete(Slice key) {
    byte[] keyBytes = key.toByteArray();
    submit(sink -> store().delete(keyBytes));
  }

  private void submit(Function<ValueSink, Status> request) {
    if (submitted.size() == options.maxOutstanding()) {
      throw new IllegalStateException("too many outstanding requests");
    }
    submitted.add(request);
  }

  @Override
  public void flush() {
    store();
    flushed = submitted.size();
  }

  @Override
  public Status complete(ValueSink sink) {
    if (flushed == 0) {
      throw new IllegalStateException("the oldest request was never sent");
    }
    flushed--;
    sink.begin();
    return submitted.remove().apply(sink);
  }

  @Override
  public boolean isReplyReady() {
    return flushed > 0;
  }

  @Override
  public int outstanding() {
    return submitted.size();
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    return store().writeAll(batch);
  }

  @Override
  public void submitWriteAll(WriteBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Status add(Slice key, long amount, LongConsumer sum) {
    byte[] old = store().get(key.toByteArray());
    try {
      long number = Math.addExact(old == null ? 0 : Long.parseLong(new String(old, UTF_8)), amount);
      sum.accept(number);
      return put(key, Slice.of(Long.toString(number)));
    } catch (ArithmeticException | NumberFormatException e) {
      return Status.CONFLICT;
    }
  }

  @Override
  public boolean contains(Slice key) {
    return store().contains(key);
  }

  @Override
  public long timeToLive(Slice key) {
    try (ValueBuffer value = new ValueBuffer()) {
      if (store().get(key, value) != Status.FOUND) {
        return NO_KEY;
      }
      long expiresAt = value.expiresAt();
      return expiresAt == Store.NEVER ? NO_EXPIRY : expiresAt - System.currentTimeMillis();
    }
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return store().scan(cursor, atLeast, sink);
  }

  @Override
  public String information() {
    String entries = "entries:" + store().size() + "\r\n";
    return device == null
        ? entries
        : entries + "client_lookups:" + gets + "\nclient_lookup_fall_backs:0\n";
  }

  @Override
  public void close() {
    closed = true;
  }
}
