// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wisp.linearizability.Call.Kind;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A thread at the store itself, which reads a value and writes another by its version. Half of what
 * it puts is in batches.
 */
public final class StoreParty implements Party {

  private final String name;
  private final Store store;

  public StoreParty(String name, Store store) {
    this.name = name;
    this.store = store;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.allOf(Kind.class);
  }

  @Override
  public String call(Kind kind, String key, String argument, long millis) {
    Slice slice = latin(key);
    return switch (kind) {
      case PUT ->
          millis == 0 && isPutAmongOthers(argument)
              ? putAmongOthers(slice, key, argument, store::writeAll)
              : reply(write(slice, argument, WriteCondition.ALWAYS, millis));
      case PUT_IF_ABSENT -> reply(write(slice, argument, WriteCondition.IF_ABSENT, millis));
      case GET -> get(slice);
      case DELETE -> reply(store.delete(slice));
      case EXPIRE ->
          reply(store.expire(slice, System.currentTimeMillis() + Long.parseLong(argument)));
      case APPEND ->
          change(slice, old -> old + argument, changed -> Integer.toString(changed.length()));
      case INCREMENT -> increment(slice);
    };
  }

  private String increment(Slice key) {
    try {
      return change(
          key,
          old -> Long.toString(old.isEmpty() ? 1 : Math.addExact(Long.parseLong(old), 1)),
          changed -> changed);
    } catch (NumberFormatException | ArithmeticException e) {
      return KeyModel.NOT_AN_INTEGER;
    }
  }

  private Status write(Slice key, String value, WriteCondition condition, long millis) {
    long expiresAt = millis == 0 ? Store.NEVER : System.currentTimeMillis() + millis;
    return store.write(key, latin(value), condition, 0, expiresAt);
  }

  /** Whether a value that does not expire is put in a batch, which does not tell what it met. */
  public static boolean isPutAmongOthers(String value) {
    return value.hashCode() % 2 == 0;
  }

  /** In a batch with another key, and with a value before that nobody may ever find. */
  public static String putAmongOthers(
      Slice slice, String key, String value, Function<WriteBatch, Status> writeAll) {
    WriteBatch batch = new WriteBatch();
    batch.put(slice, latin("(before)"));
    batch.put(latin(key + " beside"), latin(value));
    batch.put(slice, latin(value));
    Status status = writeAll.apply(batch);
    return status == Status.DONE ? KeyModel.STORED : reply(status);
  }

  private String get(Slice key) {
    try (ValueBuffer value = new ValueBuffer()) {
      Status status = store.get(key, value);
      return status == Status.FOUND ? text(value) : reply(status);
    }
  }

  private String change(Slice key, UnaryOperator<String> change, UnaryOperator<String> answer) {
    while (true) {
      String changed;
      Status status;
      try (ValueBuffer old = new ValueBuffer()) {
        if (store.get(key, old) == Status.FOUND) {
          changed = change.apply(text(old));
          status = store.compareAndSet(key, latin(changed), old.version());
        } else {
          changed = change.apply("");
          status = store.putIfAbsent(key, latin(changed));
        }
      }
      if (status != Status.CONFLICT) {
        return status.isError() ? reply(status) : answer.apply(changed);
      }
    }
  }

  /** A key or a value as a client sends it. */
  public static Slice latin(String text) {
    return Slice.of(text.getBytes(ISO_8859_1));
  }

  /** A value as a history holds it. */
  public static String text(ValueBuffer value) {
    return new String(value.toByteArray(), ISO_8859_1);
  }

  /** What a status means in a history. */
  public static String reply(Status status) {
    return switch (status) {
      case CREATED -> KeyModel.CREATED;
      case REPLACED -> KeyModel.REPLACED;
      case STORED -> KeyModel.STORED;
      case ABSENT -> KeyModel.ABSENT;
      case CONFLICT -> KeyModel.CONFLICT;
      case DELETED, FOUND -> KeyModel.DONE;
      case OUT_OF_MEMORY -> KeyModel.REFUSED;
      default -> throw new AssertionError("the answer is " + status);
    };
  }
}
