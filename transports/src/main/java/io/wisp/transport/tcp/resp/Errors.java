// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.cluster.ClusterNode;
import io.wisp.store.Limits;
import io.wisp.store.PendingWrites;
import io.wisp.store.Status;
import io.wisp.store.Transaction;
import io.wisp.store.WriteBatch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The error replies of the server. Where Redis has the same error they have its words, for clients
 * look at them. The first word is the error's code, and {@link #KEY_EMPTY}, {@link #KEY_TOO_LARGE},
 * {@link #ENTRY_TOO_LARGE}, {@link #OUT_OF_MEMORY} and {@link #NOT_AUTHENTICATED} each stand for
 * one {@link Status}.
 *
 * <p>An error is a string of bytes: each of its characters is one, whatever the client meant by it.
 */
public final class Errors {

  public static final String KEY_EMPTY =
      "KEYEMPTY the key is empty, and a key has 1 to " + Limits.MAX_KEY_LENGTH + " bytes";
  public static final String KEY_TOO_LARGE =
      "KEYTOOLARGE the key is too large: a key has 1 to " + Limits.MAX_KEY_LENGTH + " bytes";
  public static final String VALUE_TOO_LARGE =
      "VALUETOOLARGE the value is too large: a value has 0 to "
          + Limits.MAX_VALUE_LENGTH
          + " bytes";
  public static final String OUT_OF_MEMORY =
      "OOM command not allowed: the store's memory is full and nothing was changed";
  public static final String OUT_OF_VERSIONS =
      "ERR the store has given all versions that records can have, and nothing was changed: it can"
          + " be read and deleted from, and a new store has all of them again";
  public static final String ENTRY_TOO_LARGE =
      "ENTRYTOOLARGE the command writes too much at once for the log of this server: "
          + PendingWrites.MAX_COMMAND_BYTES
          + " bytes of keys and values are the most; nothing was changed";
  public static final String TRANSACTION_TOO_LARGE =
      "ERR the transaction is too large: it touches at most "
          + WriteBatch.MAX_KEYS
          + " keys, and reads and writes "
          + Transaction.MAX_BYTES
          + " bytes; nothing was changed";
  public static final String REPLY_TOO_LARGE =
      "ERR the reply does not fit into the server's memory for connection buffers";
  public static final String REQUEST_TOO_LARGE =
      "ERR the request does not fit into the server's memory for connection buffers now";
  public static final String NOT_AUTHENTICATED = "NOAUTH Authentication required.";
  public static final String WRONG_PASSWORD =
      "WRONGPASS invalid username-password pair or user is disabled.";
  public static final String SYNTAX = "ERR syntax error";
  public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
  public static final String NOT_AN_INT =
      "ERR value is out of range, value must between "
          + Integer.MIN_VALUE
          + " and "
          + Integer.MAX_VALUE;
  public static final String NOT_A_FLOAT = "ERR value is not a valid float";
  public static final String NOT_A_BIT_OFFSET = "ERR bit offset is not an integer or out of range";
  public static final String STRING_TOO_LONG =
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
  public static final String OVERFLOW = "ERR increment or decrement would overflow";
  public static final String TOO_MANY_CLIENTS = "ERR max number of clients reached";
  public static final String NO_SUCH_KEY = "ERR no such key";
  public static final String NESTED_MULTI = "ERR MULTI calls can not be nested";
  public static final String EXEC_WITHOUT_MULTI = "ERR EXEC without MULTI";
  public static final String DISCARD_WITHOUT_MULTI = "ERR DISCARD without MULTI";
  public static final String WATCH_INSIDE_MULTI = "ERR WATCH inside MULTI is not allowed";
  public static final String NOT_IN_TRANSACTION = "ERR Command not allowed inside a transaction";
  public static final String ABORTED =
      "EXECABORT Transaction discarded because of previous errors.";
  public static final String ABORTED_BECAUSE = "EXECABORT Transaction discarded because of: ";
  public static final String ACROSS_SLOTS = "CROSSSLOT Keys in request don't hash to the same slot";
  public static final String SLOT_NOT_SERVED = "CLUSTERDOWN Hash slot not served";
  public static final String NO_MASTER =
      "CLUSTERDOWN The master of this shard is not known, or not ready yet";
  public static final String SLOT_ARRIVES =
      "TRYAGAIN The slot is on its way to this node: ask again in a moment";
  public static final String SLOT_LEFT =
      "TRYAGAIN The slot of the keys has left this node meanwhile: what was read may be wrong";
  public static final String SLOT_LEFT_A_WRITE =
      "UNKNOWN the slot of the keys has left this node meanwhile: some of them may have been"
          + " written, and others not";
  public static final String SLOTS_LEAVE =
      "TRYAGAIN Slots are being handed over to another node: ask again in a moment";
  public static final String NO_CLUSTER = "ERR This instance has cluster support disabled";
  static final String IDLE = "ERR the connection was idle for too long";

  /** How much of an argument an error repeats, so that no reply is larger for a larger request. */
  public static final int MAX_QUOTED_LENGTH = 128;

  /** Of errors that clients do not tell apart. */
  private static final String GENERIC_CODE = "ERR ";

  private Errors() {}

  /** The beginning of what a client sent, byte by byte, as errors repeat it. */
  public static String quoted(MemorySegment memory, long offset, int length) {
    return new String(
        memory.asSlice(offset, Math.min(length, MAX_QUOTED_LENGTH)).toArray(ValueLayout.JAVA_BYTE),
        StandardCharsets.ISO_8859_1);
  }

  /** The error that tells a client of a status. */
  public static String of(Status status) {
    return switch (status) {
      case KEY_EMPTY -> KEY_EMPTY;
      case KEY_TOO_LARGE -> KEY_TOO_LARGE;
      case VALUE_TOO_LARGE -> VALUE_TOO_LARGE;
      case OUT_OF_MEMORY -> OUT_OF_MEMORY;
      case TRANSACTION_TOO_LARGE -> TRANSACTION_TOO_LARGE;
      case ENTRY_TOO_LARGE -> ENTRY_TOO_LARGE;
      case OUT_OF_VERSIONS -> OUT_OF_VERSIONS;
      case NOT_AUTHENTICATED -> NOT_AUTHENTICATED;
      default -> "ERR the store answered " + status;
    };
  }

  /** Another node of the cluster has the keys of a command. */
  public static String moved(int slot, ClusterNode owner) {
    return "MOVED " + slot + " " + owner.address();
  }

  /** Another node of the cluster has the keys of a command, or is about to. */
  public static String ask(int slot, ClusterNode target) {
    return "ASK " + slot + " " + target.address();
  }

  /** A command has too few or too many arguments. */
  public static String wrongArity(String command) {
    return "ERR wrong number of arguments for '" + command + "' command";
  }

  /** A command has more keys than it may have. */
  public static String tooManyKeys(String command, int most) {
    return "ERR too many keys for '"
        + command
        + "' command: "
        + most
        + " is the most, and nothing was changed";
  }

  /** A transaction was not begun, or not carried out: the error that is the reason. */
  public static String aborted(String why) {
    String reason = why.startsWith(GENERIC_CODE) ? why.substring(GENERIC_CODE.length()) : why;
    return ABORTED_BECAUSE + reason;
  }

  /** Nothing is written any more, because the log of writes has failed. */
  public static String logFailed(String why) {
    return "MISCONF nothing is written until this server is started again: " + why;
  }

  /**
   * Nothing of what a client has written has happened, or ever will.
   *
   * @param isShared whether several servers share the log: then another one may be the master, and
   *     clients look for it
   */
  public static String notWritten(boolean isShared, String why) {
    return again(isShared) + "nothing was changed: " + why;
  }

  /** What a client has read may not be the latest, or never be; likewise. */
  public static String notProven(boolean isShared, String why) {
    return again(isShared) + "what was read may be wrong: " + why;
  }

  private static String again(boolean isShared) {
    return isShared ? "CLUSTERDOWN " : "TRYAGAIN ";
  }

  /** It is not known whether what a client has written happened. */
  public static String unknownOutcome(String why) {
    return "UNKNOWN what was written last may have happened or not: " + why;
  }

  /** A command has no such subcommand. */
  public static String unknownSubcommand(String subcommand, String command) {
    return "ERR unknown subcommand '" + subcommand + "'. Try " + command + " HELP.";
  }

  /** A request has more bytes than it may have. */
  public static String requestTooLong(int most) {
    return "ERR the request is too large: " + most + " bytes is the most, and nothing was changed";
  }

  /** An argument that is neither key nor value has more bytes than any argument may have. */
  public static String argumentTooLong(int length, int most) {
    return "ERR an argument has " + length + " bytes, and " + most + " is the most";
  }

  /** A pattern has more bytes than it may have. */
  public static String patternTooLong(int length, int most) {
    return "ERR the pattern has " + length + " bytes, and " + most + " is the most";
  }

  /** All patterns of a command have more bytes than one may have. */
  public static String patternsTooLong(long length, int most) {
    return "ERR the patterns have " + length + " bytes together, and " + most + " is the most";
  }

  /** A command has an expiry that no key can have. */
  public static String invalidExpiry(String command) {
    return "ERR invalid expire time in '" + command + "' command";
  }
}
