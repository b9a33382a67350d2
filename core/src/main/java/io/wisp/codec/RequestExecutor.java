// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.store.Prefetcher;
import io.wisp.store.RecordAddress;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Executes requests against a store and writes their replies. Whatever the bytes of a request are,
 * there is a reply. It belongs to one thread; several may share the store. Get, put and delete
 * allocate nothing, and batches only while they grow.
 */
public final class RequestExecutor {

  /** How many keys one scan gives at most before it stops. */
  public static final int MAX_SCAN_COUNT = 1_000;

  /** How many bytes of keys end a scan early. */
  static final int SCAN_BYTES = 256 << 10;

  /** Keys asked of the store at a time, so that a few of the longest exceed no limit by much. */
  private static final int SCAN_BATCH = 16;

  private static final long NO_EXPIRY = -1;

  private static final String NO_MASTER = "the master of this shard is not known, or not ready yet";

  private final Store store;
  private final byte @Nullable [] password;
  private final @Nullable ClusterMember member;
  private final Supplier<String> information;
  private final Request request = new Request();
  private final BatchReader batches = new BatchReader();
  private final RecordSink found = new RecordSink();
  private final WrittenRecord written = new WrittenRecord();
  private long address = RecordAddress.NONE;
  private int batchSize;
  private boolean givesPending;

  /** An executor of a server that has all keys. */
  public RequestExecutor(Store store, @Nullable String password, Supplier<String> information) {
    this(store, password, null, information);
  }

  /**
   * An executor by the store's clock.
   *
   * @param password what a session must present first, or null
   * @param member the node that the server is, which has the keys of its slots alone; null means
   *     that it has all keys
   * @param information what the server says of itself, as lines of {@code name:value}
   */
  public RequestExecutor(
      Store store,
      @Nullable String password,
      @Nullable ClusterMember member,
      Supplier<String> information) {
    this.store = store;
    this.member = member;
    this.password = password == null ? null : password.getBytes(StandardCharsets.UTF_8);
    this.information = information;
  }

  /**
   * Executes the request in a frame and writes the reply.
   *
   * @return the reply's status
   */
  public Status execute(
      Session session, MemorySegment segment, long offset, long length, FrameBuffer reply) {
    address = RecordAddress.NONE;
    batchSize = 0;
    givesPending = false;
    reply.start();
    Status readable = request.wrap(segment, offset, length);
    if (readable != Status.DONE) {
      return reply.finish(readable, request.fault());
    }
    if (request.operation() == Operation.AUTHENTICATE) {
      return authenticate(session, reply);
    }
    if (password != null && !session.isAuthenticated()) {
      return reply.finish(Status.NOT_AUTHENTICATED, "this server wants a password first");
    }
    ClusterMember node = member;
    return node == null ? answer(reply) : answerAs(node, reply);
  }

  /** Answers as a node of a cluster, which has the keys of its slots alone. */
  private Status answerAs(ClusterMember node, FrameBuffer reply) {
    ClusterMember.Place place = node.place();
    if (!request.operation().hasKey()) {
      Status elsewhere =
          request.operation() == Operation.SCAN ? sendAway(node, place, reply) : null;
      return elsewhere != null ? elsewhere : answer(reply);
    }
    int slot = KeySlot.of(request.key());
    Status elsewhere = sendAway(place, slot, reply);
    if (elsewhere != null) {
      return elsewhere;
    }
    Status status = answer(reply);
    // While a write is decided nobody else changes what the log says.
    return request.operation().writes() || hasStayed(node.place(), slot, place)
        ? status
        : left(slot, reply);
  }

  /** Whether a slot has been this node's since an earlier moment. */
  private static boolean hasStayed(ClusterMember.Place now, int slot, ClusterMember.Place before) {
    return now.equals(before)
        || (now.serves(slot) && now.map().slotEpoch(slot) == before.map().slotEpoch(slot));
  }

  /** The records of a slot that has left go, and may have been absent for that. */
  private Status left(int slot, FrameBuffer reply) {
    address = RecordAddress.NONE;
    refuse(reply, Status.SLOT_NOT_SERVED, "slot " + slot + " has left this node meanwhile");
    return Status.SLOT_NOT_SERVED;
  }

  /** Answers who has a slot, if another node of the cluster has it; null if this one does. */
  private static @Nullable Status sendAway(ClusterMember.Place place, int slot, FrameBuffer reply) {
    if (place.serves(slot)) {
      return null;
    }
    ClusterNode owner = place.map().ownerOf(slot);
    if (owner == null) {
      return reply.finish(Status.SLOT_NOT_SERVED, "no node has slot " + slot);
    }
    if (place.isUnsettled(slot)) {
      return reply.finish(Status.SLOT_NOT_SERVED, NO_MASTER);
    }
    return place.leads() && place.isOfShard(slot)
        ? reply.finish(Status.SLOT_NOT_SERVED, "slot " + slot + " is on its way to another node")
        : reply.finish(Status.MOVED, slot + " " + owner.address());
  }

  /** Likewise for what is about all keys: those of a master may have others than its replicas. */
  private static @Nullable Status sendAway(
      ClusterMember node, ClusterMember.Place place, FrameBuffer reply) {
    if (!node.hasReplicas() || place.leads()) {
      return null;
    }
    ClusterNode master = place.master();
    return place.settled() && !master.slots().isEmpty()
        ? reply.finish(Status.MOVED, master.slots().getFirst().first() + " " + master.address())
        : reply.finish(Status.SLOT_NOT_SERVED, NO_MASTER);
  }

  /**
   * The {@link RecordAddress} of the record that the last request put or got, or {@link
   * RecordAddress#NONE}.
   */
  public long address() {
    return address;
  }

  /** How many keys the batch has that the last request wrote; 0 if it wrote none. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Whether the reply to the last request has the version of a write that has not happened. It is
   * none that the record will have, so nobody may be told.
   */
  public boolean givesPending() {
    return givesPending;
  }

  /** What loads the memory that requests will need, for the thread of this. */
  public Prefetcher prefetcher() {
    return store.prefetcher();
  }

  /** Refuses whatever was asked, with a reason for people. */
  public static void refuse(FrameBuffer reply, String reason) {
    refuse(reply, Status.REFUSED, reason);
  }

  /** Refuses whatever was asked, by a status that has a text for people. */
  public static void refuse(FrameBuffer reply, Status status, String reason) {
    reply.start();
    reply.finish(status, reason);
  }

  private Status answer(FrameBuffer reply) {
    Slice key = request.key();
    return switch (request.operation()) {
      case GET -> get(key, reply);
      case PUT -> write(WriteCondition.ALWAYS, reply);
      case PUT_IF_ABSENT -> write(WriteCondition.IF_ABSENT, reply);
      case PUT_IF_PRESENT -> write(WriteCondition.IF_PRESENT, reply);
      case PUT_IF_VERSION ->
          write(WriteCondition.IF_VERSION, request.expectedVersion(), Store.KEEP_EXPIRY, reply);
      case DELETE -> reply.finish(store.delete(key), 0);
      case DELETE_IF_VERSION ->
          reply.finish(store.deleteIfVersion(key, request.expectedVersion()), 0);
      case CONTAINS -> contains(key, reply);
      case TIME_TO_LIVE -> timeToLive(key, reply);
      case SCAN -> scan(reply);
      case PING -> echo(reply);
      case INFORMATION -> reply.finish(Status.DONE, information.get());
      case REPORT -> takeReport(reply);
      case WRITE_ALL -> writeAll(reply);
      case AUTHENTICATE -> throw new AssertionError("handled before");
    };
  }

  private Status get(Slice key, FrameBuffer reply) {
    Status status = store.get(key, reply);
    if (status != Status.FOUND) {
      return reply.finish(status, 0);
    }
    address = reply.address();
    givesPending = reply.version() < 0;
    return reply.finishFound();
  }

  private Status write(WriteCondition condition, FrameBuffer reply) {
    long timeToLive = request.argument();
    long expiresAt = timeToLive == 0 ? Store.NEVER : store.currentTimeMillis() + timeToLive;
    return write(condition, 0, expiresAt, reply);
  }

  private Status write(
      WriteCondition condition, long expectedVersion, long expiresAt, FrameBuffer reply) {
    Status status =
        store.write(request.key(), request.value(), condition, expectedVersion, expiresAt, written);
    address = written.address();
    return reply.finish(status, 0);
  }

  private Status writeAll(FrameBuffer reply) {
    try {
      Status readable = batches.read(request.value());
      if (readable != Status.DONE) {
        return reply.finish(readable, batches.fault());
      }
      WriteBatch batch = batches.batch();
      batchSize = batch.size();
      Status elsewhere = sendAway(batch, reply);
      return elsewhere != null ? elsewhere : reply.finish(store.writeAll(batch), 0);
    } finally {
      batches.clear();
    }
  }

  /**
   * Answers likewise for a batch. Its keys must be of one slot and not only of one node: so no
   * later map parts what this one allows.
   */
  private @Nullable Status sendAway(WriteBatch batch, FrameBuffer reply) {
    ClusterMember node = member;
    if (node == null || batch.size() == 0) {
      return null;
    }
    Slice first = batch.get(0).key();
    int other = KeySlot.otherThanFirst(batch);
    return other == 0
        ? sendAway(node.place(), KeySlot.of(first), reply)
        : reply.finish(
            Status.CROSS_SLOT,
            "the keys of a batch are of one slot, and entry 0 is of %s and entry %s of %s"
                .formatted(KeySlot.of(first), other, KeySlot.of(batch.get(other).key())));
  }

  private Status contains(Slice key, FrameBuffer reply) {
    if (key.length() == 0) {
      return reply.finish(Status.KEY_EMPTY, 0);
    }
    return reply.finish(store.contains(key) ? Status.FOUND : Status.ABSENT, 0);
  }

  private Status timeToLive(Slice key, FrameBuffer reply) {
    Status status = store.get(key, found);
    if (status != Status.FOUND) {
      return reply.finish(status, 0);
    }
    long remaining =
        found.expiresAt() == Store.NEVER
            ? NO_EXPIRY
            : Math.max(1, found.expiresAt() - store.currentTimeMillis());
    return reply.finish(Status.FOUND, remaining);
  }

  private Status scan(FrameBuffer reply) {
    int count = Math.clamp(request.count(), 1, MAX_SCAN_COUNT);
    long cursor = request.argument();
    boolean wasDense;
    do {
      int before = reply.keyCount();
      int batch = Math.min(SCAN_BATCH, count - before);
      cursor = store.scan(cursor, batch, reply);
      // A batch that came short says that the store is nearly empty here; the client comes again.
      wasDense = reply.keyCount() - before >= batch;
    } while (wasDense && cursor != 0 && reply.keyCount() < count && reply.length() < SCAN_BYTES);
    return reply.finish(Status.DONE, cursor);
  }

  private Status echo(FrameBuffer reply) {
    Slice value = request.value();
    reply.append(value.segment(), value.offset(), value.length());
    return reply.finish(Status.DONE, 0);
  }

  private Status takeReport(FrameBuffer reply) {
    for (int i = 0; i < request.hashes(); i++) {
      store.noteRead(request.hash(i));
    }
    return reply.finish(Status.DONE, store.currentTimeMillis());
  }

  private Status authenticate(Session session, FrameBuffer reply) {
    boolean right =
        password == null || MessageDigest.isEqual(request.value().toByteArray(), password);
    session.setAuthenticated(right);
    return right
        ? reply.finish(Status.DONE, 0)
        : reply.finish(Status.NOT_AUTHENTICATED, "the password is wrong");
  }
}
