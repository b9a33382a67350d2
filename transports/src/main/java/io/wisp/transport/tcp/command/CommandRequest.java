// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Prefetcher;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Transaction;
import io.wisp.store.Update;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.BulkSink;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with: its arguments, the store, and where its reply goes. One serves all
 * sessions of a thread, so that a request allocates nothing.
 */
public final class CommandRequest implements AutoCloseable {

  /** What is no call: a subcommand that there is not, or a request that was refused. */
  public static final int NOT_COUNTED = -1;

  private final StoreView store;
  private final Prefetcher prefetcher;
  private final ServerView server;
  private final @Nullable SlotLog slotLog;
  private final Traffic traffic;
  private final CommandTimer timer;
  private final Arguments arguments = new Arguments();
  private final BufferPool buffers;
  private final NativeBuffer scratch;
  private final ReplyWriter reply;
  private final BulkSink bulk;
  private final RecordSink found = new RecordSink();
  private final WorkingCopy copy;
  private final Slice key = new Slice();
  private final Slice value = new Slice();
  private int counted = NOT_COUNTED;
  private long errorsWithin;
  private @Nullable ClientState client;
  private @Nullable Execution execution;

  /**
   * What the commands of one thread work with.
   *
   * @param slotLog where steps of moves of slots go; null if the server logs nothing
   * @param traffic counts what they read
   * @param buffers where commands that go on in steps take memory from
   * @param scratch memory for commands to work in, which is closed with this
   */
  public CommandRequest(
      Store store,
      ServerView server,
      @Nullable SlotLog slotLog,
      Traffic traffic,
      BufferPool buffers,
      NativeBuffer scratch) {
    this.server = server;
    this.slotLog = slotLog;
    this.traffic = traffic;
    timer = new CommandTimer(server);
    this.buffers = buffers;
    this.scratch = scratch;
    reply = new ReplyWriter(scratch, traffic.errors());
    bulk = new BulkSink(scratch);
    copy = new WorkingCopy(scratch);
    this.store = new StoreView(store, traffic, reply);
    prefetcher = store.prefetcher();
  }

  /** Turns to a client's session, whose replies go into a buffer. */
  public void begin(ClientState client, Execution execution, NativeBuffer output) {
    this.client = client;
    this.execution = execution;
    reply.begin(output, client.protocol());
  }

  /** The store; while something happens at one moment, a transaction of it. */
  Store store() {
    return store.current();
  }

  /** Runs work at one moment: see {@link StoreView#transact}. */
  Status transact(Runnable work) {
    return store.transact(work);
  }

  /** Whether a command runs within {@link #transact}. */
  boolean isInTransaction() {
    return store.isTransaction();
  }

  /** That of {@link #transact}, for the work that is run. */
  Transaction transaction() {
    return store.transaction();
  }

  ServerView server() {
    return server;
  }

  /** Where steps of moves of slots go, or null. */
  @Nullable SlotLog slotLog() {
    return slotLog;
  }

  /** Loads what the arguments from one on, which are keys, will need: as many as go together. */
  void prefetch(int from) {
    if (!prefetcher.isUseful()) {
      return;
    }
    int end = Math.min(arguments.count(), from + Prefetcher.MAX_KEYS);
    for (int i = from; i < end; i++) {
      Slice next = key(i);
      if (Status.refusalOf(next) == null) {
        prefetcher.add(next);
      }
    }
    prefetcher.load();
  }

  /** Looks a key up, and counts whether it was there. */
  Status get(Slice key, ValueSink sink) {
    Status status = store().get(key, sink);
    if (!status.isError()) {
      store.countRead(status == Status.FOUND);
    }
    return status;
  }

  /** Changes the value of a key by a copy of it, and counts what was copied. */
  Status update(Slice key, WorkingCopy copy, Update<WorkingCopy> update) {
    Status status = store().update(key, copy, update);
    execution().countBytes(copy.copied());
    return status;
  }

  /** Changes a key by what its value is, and counts that. */
  Status update(Slice key, BulkSink old, Update<BulkSink> update) {
    Status status = store().update(key, old, update);
    execution().countBytes(old.isFound() ? old.valueLength() : 0);
    return status;
  }

  /** Looks how long commands take. */
  public CommandTimer timer() {
    return timer;
  }

  /** Says by which number the command that runs is counted, or that it is {@link #NOT_COUNTED}. */
  public void countAs(int number) {
    counted = number;
  }

  /** By which number the command that has just run is counted, or {@link #NOT_COUNTED}. */
  public int counted() {
    return counted;
  }

  /** Where commands are counted. */
  public CommandCounters counters() {
    return traffic.commands();
  }

  /** How many errors this thread has replied to commands that no other carries out. */
  public long errors() {
    return traffic.errors().all() - errorsWithin;
  }

  /** Says that errors were those of commands within the one that runs, since there were so many. */
  void disregardErrorsSince(long errors) {
    errorsWithin += errors() - errors;
  }

  /** Counts a key that was looked for by other means than {@link #get}. */
  void countRead(boolean found) {
    store.countRead(found);
  }

  /** Who asks. */
  public ClientState client() {
    return Objects.requireNonNull(client);
  }

  /** How far its session has come. */
  public Execution execution() {
    return Objects.requireNonNull(execution);
  }

  /** Where commands that go on in steps take memory from. */
  public BufferPool buffers() {
    return buffers;
  }

  /** Where the arguments lie. */
  public Arguments arguments() {
    return arguments;
  }

  /** Where the reply goes. */
  public ReplyWriter reply() {
    return reply;
  }

  /** Now, in milliseconds since the epoch, by the clock that expiries are compared with. */
  long now() {
    return store().currentTimeMillis();
  }

  /** A slice at an argument that is a key; the last one that was asked for is valid. */
  public Slice key(int index) {
    return arguments.slice(index, key);
  }

  /** A slice at an argument that is a value; the last one that was asked for is valid. */
  public Slice value(int index) {
    return arguments.slice(index, value);
  }

  /** The sink that appends a value to the reply, ready for the next. */
  public BulkSink bulk() {
    bulk.turnTo(reply.output());
    return bulk;
  }

  /** A sink for what there is to know of a record beyond its value. */
  RecordSink found() {
    return found;
  }

  /** The sink that copies a value of at most so many bytes to change it. It uses the scratch. */
  public WorkingCopy copy(int maxLength) {
    copy.limit(maxLength);
    return copy;
  }

  /** Memory to work in, empty. */
  NativeBuffer scratch() {
    scratch.clear();
    return scratch;
  }

  /** Replies with an error. */
  void fail(String error) {
    reply.error(error);
  }

  /** Replies with the error of a status. */
  public void fail(Status status) {
    reply.error(Errors.of(status));
  }

  /** Gives back what a large request needed beyond the usual; no command is under way. */
  public void trim() {
    scratch.clear();
    scratch.trim();
  }

  @Override
  public void close() {
    scratch.close();
  }
}
