// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.WriteBatch;
import io.wisp.transport.tcp.resp.Arguments;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command of the protocol.
 *
 * @param number by which it is counted; those of its subcommands follow
 * @param name in lower case
 * @param arity how many arguments it takes, its name included; if negative, at least so many
 * @param step 0 if it takes one key at most; else as many keys as one likes, and so many arguments
 *     from each to the next
 * @param run whether it runs when all its arguments are there, or for each key as it arrives
 * @param access whether it reads, writes or does neither, and needs no password
 * @param group under which Redis documents it
 * @param summary what it does, in a sentence
 * @param handler runs it
 */
public record Command(
    int number,
    String name,
    int arity,
    int step,
    Run run,
    Access access,
    String group,
    String summary,
    Handler handler) {

  /** What a command touches. */
  public enum Access {
    READ,
    WRITE,
    /** Neither: it asks the server for something. */
    SERVER,
    /** Neither, and is allowed before the password. */
    CONNECTION
  }

  /** When a command runs. */
  public enum Run {
    /** Once, when all its arguments are there. */
    WHOLE,
    /** Again and again, for each key, which is each argument; so it need never hold two of them. */
    STREAMED,
    /**
     * As {@link #WHOLE} if it has few keys and its reply can be held, or else {@link #STREAMED}.
     */
    WHOLE_OR_STREAMED
  }

  /** The most keys of a command that runs once for many. Others wait meanwhile. */
  public static final int MAX_KEYS = WriteBatch.MAX_KEYS;

  /** Runs a command. */
  @FunctionalInterface
  public interface Handler {

    /** Runs the command, or its next step, and appends its reply. */
    void execute(CommandRequest request);

    /** What a command does by its first argument; none if that says nothing of the kind. */
    default List<Subcommand> subcommands() {
      return List.of();
    }

    /**
     * Runs a command of many steps for all its keys, whose arguments are there, at one moment.
     *
     * @return whether it did; if not, nothing was replied and it is to run in its steps
     */
    default boolean tryWhole(CommandRequest request) {
      return false;
    }

    /**
     * Why a command is not put into a transaction, or null. Asked of one that takes so many
     * arguments, which are there.
     */
    default @Nullable String refusalToQueue(Arguments arguments) {
      return null;
    }

    /** Begins a command of many steps. */
    default void begin(CommandRequest request) {}

    /** Ends a command of many steps. */
    default void end(CommandRequest request) {}
  }

  /**
   * What a command does whose first argument says so.
   *
   * @param name in upper case
   * @param arity as of a command: both names are counted
   * @param keyAt the place of its key among the arguments, both names included; 0 if it has none
   * @param help what it does, in a sentence
   */
  public record Subcommand(String name, int arity, int keyAt, String help, Handler handler) {

    /** One without a key. */
    Subcommand(String name, int arity, String help, Handler handler) {
      this(name, arity, 0, help, handler);
    }

    /** One whose key follows its name. */
    static Subcommand ofKey(String name, int arity, String help, Handler handler) {
      return new Subcommand(name, arity, 2, help, handler);
    }

    boolean acceptsCount(int count) {
      return accepts(arity, count);
    }
  }

  /** What one of its subcommands is called where it stands beside commands: {@code client|list}. */
  String nameOf(Subcommand subcommand) {
    return name + "|" + subcommand.name().toLowerCase(Locale.ROOT);
  }

  /** Whether it takes so many arguments, its name included. */
  public boolean acceptsCount(long count) {
    return accepts(arity, count);
  }

  private static boolean accepts(int arity, long count) {
    return arity >= 0 ? count == arity : count >= -arity;
  }

  /** Whether a client that has begun a transaction has it executed and not queued. */
  public boolean runsInsideMulti() {
    return INSIDE_MULTI.contains(name);
  }

  /** Whether it carries out a transaction. */
  public boolean isExec() {
    return name.equals("exec");
  }

  /**
   * Whether a command, by its name or as {@code command|subcommand}, cannot be in a transaction:
   * because it goes on in steps, or because it replies nothing.
   */
  public static boolean isRefusedInTransactions(String name) {
    return REFUSED_IN_TRANSACTIONS.contains(name);
  }

  /** Whether its first argument is a key: so it is with all that touch data but a few. */
  boolean takesKey() {
    boolean touchesData = access == Access.READ || access == Access.WRITE || name.equals("watch");
    return touchesData && !group.equals("server") && !KEYLESS.contains(name);
  }

  /** The place of the first key among its arguments, its name included; 0 if it has none. */
  int firstKey() {
    return takesKey() ? 1 : 0;
  }

  /** The place of the last key; -1 is that of the last argument, and 0 says that it has none. */
  int lastKey() {
    if (!takesKey()) {
      return 0;
    }
    if (takesManyKeys()) {
      return -1;
    }
    return OF_TWO_KEYS.contains(name) ? 2 : 1;
  }

  /** How many places there are from a key to the next; 0 if it has none. */
  int keyStep() {
    return takesKey() ? Math.max(1, step) : 0;
  }

  /** Removes every key. */
  boolean clearsStore() {
    return CLEARING.contains(name);
  }

  /** The command by which slots move. */
  static final String MOVE_SLOTS = "moveslots";

  /** More than a step of a move writes. */
  private static final int MOST_MOVED_KEYS = 1024;

  private static final Set<String> CLEARING = Set.of("flushall", "flushdb");
  private static final Set<String> KEYLESS = Set.of("keys", "scan", "randomkey", MOVE_SLOTS);
  private static final Set<String> OF_TWO_KEYS = Set.of("lcs", "rename", "renamenx", "copy");

  private static final Set<String> INSIDE_MULTI =
      Set.of("multi", "exec", "discard", "watch", "quit", "reset");

  /**
   * What goes on in steps, and what asks or changes more than data: a transaction may be carried
   * out again, and nothing of that could be taken back.
   */
  private static final Set<String> REFUSED_IN_TRANSACTIONS =
      Set.of(
          "client",
          "cluster",
          "config",
          "flushall",
          "flushdb",
          "keys",
          "latency",
          "lcs",
          MOVE_SLOTS,
          "randomkey",
          "scan",
          "slowlog");

  /** Whether it may run for each key as it arrives. */
  public boolean isStreamed() {
    return run != Run.WHOLE;
  }

  /** Whether it runs once, if its reply can be held, with so many arguments, its name included. */
  public boolean triesWhole(int count) {
    return run == Run.WHOLE_OR_STREAMED && count <= maxCount();
  }

  /** Whether it takes as many keys as one likes. */
  public boolean takesManyKeys() {
    return step > 0;
  }

  /** How many keys it has at most with so many arguments, its name included. */
  public int mostKeys(int count) {
    if (takesManyKeys()) {
      return count / step;
    }
    if (name.equals(MOVE_SLOTS)) {
      return MOST_MOVED_KEYS;
    }
    return OF_TWO_KEYS.contains(name) ? 2 : 1;
  }

  /** The most arguments that it takes when it runs at once, its name included. */
  public int maxCount() {
    return takesManyKeys() ? 1 + step * MAX_KEYS : Arguments.MAX_COUNT;
  }

  /** Whether one of its arguments, its name included, is a key. */
  public boolean isKeyAt(int index) {
    return takesKey()
        && index >= firstKey()
        && (lastKey() < 0 || index <= lastKey())
        && (index - firstKey()) % keyStep() == 0;
  }

  /** Whether each key has the arguments that belong to it. */
  public boolean divides(long count) {
    return step == 0 || (count - 1) % step == 0;
  }
}
