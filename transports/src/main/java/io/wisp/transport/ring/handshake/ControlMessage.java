// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.ring.RemoteBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is said on a control connection: a length (4 bytes, of all that follows), a type (1 byte)
 * and a body. Numbers are little-endian. {@code MEMORY.md} says what is said when.
 */
public sealed interface ControlMessage {

  /** The longest message, after its length. */
  int MAX_LENGTH = 8 << 10;

  /** The version of the protocol that these classes speak. */
  int VERSION = 2;

  /** The longest password, in bytes of UTF-8. */
  int MAX_PASSWORD_LENGTH = 4_096;

  /** The longest that a fabric may have to say, in bytes. */
  int MAX_FABRIC_LENGTH = 4_096;

  /** The bytes that a client begins with: {@code WISPRING}. */
  long MAGIC = 0x474E_4952_5053_4957L;

  /** The bits of the word in a welcome that says what is so. */
  int LINES_IN_ONE_PIECE = 1;

  int WANTS_READS = 2;

  int GIVES_ADDRESSES = 4;

  int GRANTS_LEASES = 8;

  /** The client begins. */
  record Hello(int version, @Nullable ByteBuffer password) implements ControlMessage {}

  /**
   * The server offers its memory.
   *
   * @param ringBytes the length of both rings
   * @param clockMillis the server's time, in milliseconds since the epoch
   * @param idleMillis after how long without a request it closes the connection; 0: never
   * @param linesInOnePiece whether a read returns 64 aligned bytes as they were at one moment
   * @param wantsReads whether it wants to be told what is read without asking it
   * @param givesAddresses whether its replies can say where in the table a record is
   * @param grantsLeases whether it has a table that may be read by leases alone, which it names to
   *     those who say that they keep to them
   * @param table the table, for reading without leases
   * @param offer what the fabric has to say
   */
  record Welcome(
      int version,
      int ringBytes,
      long clockMillis,
      long idleMillis,
      boolean linesInOnePiece,
      boolean wantsReads,
      boolean givesAddresses,
      boolean grantsLeases,
      RemoteBuffer table,
      ByteBuffer offer)
      implements ControlMessage {}

  /** The server wants nothing to do with the client, and says why. */
  record Refusal(String reason) implements ControlMessage {}

  /**
   * The client offers its memory.
   *
   * @param keepsLeases whether it wants to read the table by leases
   */
  record Answer(ByteBuffer answer, boolean keepsLeases) implements ControlMessage {

    /** That of a client that reads the table without leases, or not at all. */
    public Answer(ByteBuffer answer) {
      this(answer, false);
    }
  }

  /**
   * The server has begun to look at its ring.
   *
   * @param table for reading by leases, or {@link RemoteBuffer#NONE}
   */
  record Ready(RemoteBuffer table) implements ControlMessage {

    /** That for a client that reads no table by leases. */
    public Ready() {
      this(RemoteBuffer.NONE);
    }
  }

  /** What was received is none of these. */
  final class FaultException extends Exception {

    private static final long serialVersionUID = 1L;

    FaultException(String message) {
      super(message);
    }
  }

  /** This message in bytes, ready to be sent. */
  default ByteBuffer encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES + MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0);
    switch (this) {
      case Hello hello -> {
        bytes.put((byte) 1).putLong(MAGIC).putInt(hello.version);
        ByteBuffer password = hello.password;
        bytes.putInt(password == null ? -1 : password.remaining());
        if (password != null) {
          bytes.put(password.duplicate());
        }
      }
      case Welcome welcome -> {
        bytes.put((byte) 2).putInt(welcome.version).putInt(welcome.ringBytes);
        bytes.putLong(welcome.clockMillis).putLong(welcome.idleMillis);
        bytes.putInt(
            (welcome.linesInOnePiece ? LINES_IN_ONE_PIECE : 0)
                | (welcome.wantsReads ? WANTS_READS : 0)
                | (welcome.givesAddresses ? GIVES_ADDRESSES : 0)
                | (welcome.grantsLeases ? GRANTS_LEASES : 0));
        welcome.table.encode(bytes);
        bytes.put(welcome.offer.duplicate());
      }
      case Refusal refusal -> {
        byte[] text = refusal.reason.getBytes(StandardCharsets.UTF_8);
        bytes.put((byte) 3).put(text, 0, Math.min(text.length, MAX_FABRIC_LENGTH));
      }
      case Answer answer ->
          bytes.put((byte) (answer.keepsLeases ? 6 : 4)).put(answer.answer.duplicate());
      case Ready ready -> {
        bytes.put((byte) 5);
        if (ready.table.length() > 0) {
          ready.table.encode(bytes);
        }
      }
    }
    return bytes.putInt(0, bytes.position() - Integer.BYTES).flip();
  }

  /**
   * Reads a message.
   *
   * @param bytes all of it but the length, little-endian
   * @throws FaultException if it is none; the message says why
   */
  static ControlMessage decode(ByteBuffer bytes) throws FaultException {
    int type = bytes.hasRemaining() ? bytes.get() : 0;
    return switch (type) {
      case 1 -> decodeHello(bytes);
      case 2 -> decodeWelcome(bytes);
      case 3 -> new Refusal(StandardCharsets.UTF_8.decode(bytes).toString());
      case 4 -> new Answer(fabric(bytes), false);
      case 5 -> decodeReady(bytes);
      case 6 -> new Answer(fabric(bytes), true);
      default -> throw new FaultException("a message of the unknown type " + type);
    };
  }

  private static Hello decodeHello(ByteBuffer bytes) throws FaultException {
    require(bytes, Long.BYTES + 2 * Integer.BYTES, "a hello");
    if (bytes.getLong() != MAGIC) {
      throw new FaultException("a hello of another protocol");
    }
    int version = bytes.getInt();
    int length = bytes.getInt();
    if (length == -1) {
      return new Hello(version, null);
    }
    if (length < 0 || length > MAX_PASSWORD_LENGTH || length != bytes.remaining()) {
      throw new FaultException("a password of " + length + " bytes in " + bytes.remaining());
    }
    return new Hello(version, bytes.slice());
  }

  private static Welcome decodeWelcome(ByteBuffer bytes) throws FaultException {
    require(bytes, 3 * Integer.BYTES + 2 * Long.BYTES + RemoteBuffer.ENCODED_LENGTH, "a welcome");
    int version = bytes.getInt();
    int ringBytes = bytes.getInt();
    long clockMillis = bytes.getLong();
    long idleMillis = bytes.getLong();
    int flags = bytes.getInt();
    return new Welcome(
        version,
        ringBytes,
        clockMillis,
        idleMillis,
        (flags & LINES_IN_ONE_PIECE) != 0,
        (flags & WANTS_READS) != 0,
        (flags & GIVES_ADDRESSES) != 0,
        (flags & GRANTS_LEASES) != 0,
        RemoteBuffer.decode(bytes),
        fabric(bytes));
  }

  private static Ready decodeReady(ByteBuffer bytes) {
    return bytes.remaining() < RemoteBuffer.ENCODED_LENGTH
        ? new Ready()
        : new Ready(RemoteBuffer.decode(bytes));
  }

  private static ByteBuffer fabric(ByteBuffer bytes) throws FaultException {
    if (bytes.remaining() > MAX_FABRIC_LENGTH) {
      throw new FaultException("an offer of " + bytes.remaining() + " bytes");
    }
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(ByteBuffer bytes, int least, String what) throws FaultException {
    if (bytes.remaining() < least) {
      throw new FaultException(what + " of " + bytes.remaining() + " bytes");
    }
  }
}
