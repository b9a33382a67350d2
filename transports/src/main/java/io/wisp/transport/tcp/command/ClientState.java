// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a server knows of a client. Its connection's thread uses it, and any thread may show it in
 * CLIENT LIST.
 */
public final class ClientState {

  /** Whether the client wants the reply of the request that is being executed. */
  public enum Replies {
    ON,
    OFF,
    /** Not to this one, nor to the next. */
    SKIP_NEXT,
    /** Not to this one. */
    SKIP
  }

  /**
   * The memory that the connection keeps while it waits for its client, in bytes.
   *
   * @param input of a request of which there is more to come
   * @param inputRoom that is left for it
   * @param output that the client has not taken
   * @param outputMemory that this lies in
   * @param transaction of requests that are queued and keys that are watched
   * @param steps what a command holds that goes on in steps
   */
  public record Held(
      int input, int inputRoom, int output, int outputMemory, long transaction, long steps) {

    public static final Held NOTHING = new Held(0, 0, 0, 0, 0, 0);

    long total() {
      return (long) input + inputRoom + outputMemory + transaction + steps;
    }
  }

  private static final int NO_TRANSACTION = -1;

  private final long id;
  private final ConnectedSocket connection;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final long connectedAtMillis;
  private volatile String name = "";
  private volatile String libraryName = "";
  private volatile String libraryVersion = "";
  private volatile int protocol = 2;
  private volatile boolean excludedFromEviction;
  private volatile boolean touchless;
  private volatile Held held = Held.NOTHING;
  private boolean authenticated;
  private boolean closing;
  private Replies replies = Replies.ON;

  // Set with every request, and so without a barrier: others may see an older value.
  private String lastCommand = "NULL";
  private int lastActiveSecond;
  private int queued = NO_TRANSACTION;

  /**
   * A client that has not said anything yet.
   *
   * @param connectedAtMillis when, by the store's clock
   * @param second when, by the server's clock of seconds
   * @param authenticated whether it needs no password
   */
  public ClientState(
      long id,
      ConnectedSocket connection,
      long connectedAtMillis,
      int second,
      boolean authenticated) {
    this.id = id;
    this.connection = connection;
    this.connectedAtMillis = connectedAtMillis;
    this.authenticated = authenticated;
    lastActiveSecond = second;
  }

  /** The number of the connection. */
  public long id() {
    return id;
  }

  /** Where the client is, with its port. */
  String address() {
    return connection.address();
  }

  /** Where the client found the server, with its port. */
  String localAddress() {
    return connection.localAddress();
  }

  /** Ends the connection, on any thread, whatever is under way; false if that was done before. */
  boolean disconnect() {
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      connection.end().run();
    }
    return first;
  }

  /** Whether it was ended by somebody else: none of its requests begins any more. */
  public boolean isEnded() {
    return ended.get();
  }

  /** The name that the client gave itself; empty if it gave none. */
  public String name() {
    return name;
  }

  /** Gives it a name; empty takes the name away. */
  public void name(String name) {
    this.name = name;
  }

  void libraryName(String libraryName) {
    this.libraryName = libraryName;
  }

  void libraryVersion(String libraryVersion) {
    this.libraryVersion = libraryVersion;
  }

  void excludedFromEviction(boolean excluded) {
    excludedFromEviction = excluded;
  }

  void touchless(boolean touchless) {
    this.touchless = touchless;
  }

  /** The version of the protocol that it speaks, 2 or 3. */
  public int protocol() {
    return protocol;
  }

  /** Speaks a version of the protocol from now on. */
  public void protocol(int protocol) {
    this.protocol = protocol;
  }

  /** Whether it has given the password, or need not. */
  public boolean isAuthenticated() {
    return authenticated;
  }

  void authenticate() {
    authenticated = true;
  }

  /** Makes it like one that has just connected, but for the library that it uses. */
  void reset(boolean needsPassword) {
    authenticated = !needsPassword;
    name = "";
    protocol = 2;
    if (replies != Replies.SKIP) {
      replies = Replies.ON;
    }
    excludedFromEviction = false;
    touchless = false;
  }

  /** Whether the connection is to be closed when its replies have been sent. */
  public boolean isClosing() {
    return closing || ended.get();
  }

  /** Has the connection closed when its replies have been sent. */
  public void closeAfterReply() {
    closing = true;
  }

  /** Whether it wants the reply of the request that is being executed. */
  public Replies replies() {
    return replies;
  }

  void replies(Replies replies) {
    this.replies = replies;
  }

  /** Says that a request has come to its end. */
  public void endRequest() {
    if (replies == Replies.SKIP_NEXT) {
      replies = Replies.SKIP;
    } else if (replies == Replies.SKIP) {
      replies = Replies.ON;
    }
  }

  /** Takes note of what is being executed: a command's name, in lower case. */
  public void lastCommand(String name) {
    // A store of a reference costs more than to look, and it is mostly the same.
    if (!name.equals(lastCommand)) {
      lastCommand = name;
    }
  }

  /** Takes note of how many requests it has queued since MULTI. */
  void queued(int requests) {
    queued = requests;
  }

  /** Takes note that it is in no transaction. */
  void leaveTransaction() {
    queued = NO_TRANSACTION;
  }

  /** Takes note of when it was active, by the server's clock of seconds. */
  public void activeAt(int second) {
    lastActiveSecond = second;
  }

  /** Takes note of the memory that the connection keeps. */
  public void holds(Held memory) {
    held = memory;
  }

  /**
   * A line of CLIENT LIST.
   *
   * @param nowMillis by the store's clock
   * @param second by the server's clock of seconds
   */
  String line(long nowMillis, int second) {
    Held memory = held;
    boolean isWaited = memory.output() > 0;
    return ("id=" + id + " addr=" + address() + " laddr=" + localAddress() + " name=" + name)
        + (" age=" + (nowMillis - connectedAtMillis) / 1000)
        + (" idle=" + Math.max(0, second - lastActiveSecond))
        + (" flags=" + flags() + " db=0 sub=0 psub=0 ssub=0 multi=" + queued)
        + (" qbuf=" + memory.input() + " qbuf-free=" + memory.inputRoom())
        + (" argv-mem=0 multi-mem=" + memory.transaction() + " rbs=0 rbp=0 obl=0")
        + (" oll=" + (isWaited ? 1 : 0) + " omem=" + memory.outputMemory())
        + (" tot-mem=" + memory.total() + " events=" + (isWaited ? "w" : "r"))
        + (" cmd=" + lastCommand + " user=default redir=-1 resp=" + protocol)
        + (" lib-name=" + libraryName + " lib-ver=" + libraryVersion);
  }

  private String flags() {
    String flags =
        (queued == NO_TRANSACTION ? "" : "x")
            + (excludedFromEviction ? "e" : "")
            + (touchless ? "T" : "");
    return flags.isEmpty() ? "N" : flags;
  }
}
