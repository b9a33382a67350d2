package io.wisp.transport.tcp;

import java.util.Set;

/**
 * A command of the protocol.
 *
 * @param name in lower case
 * @param arity how many arguments it takes, its name included; if negative, at least so many
 * @param step 0 if it runs when all its arguments are there; else it runs again and again for each
 *     so many arguments, and need never hold more of them
 * @param access whether it reads, writes or does neither, and needs no password
 * @param group under which Redis documents it
 * @param summary what it does, in a sentence
 * @param handler runs it
 */
record Command(
    String name,
    int arity,
    int step,
    Access access,
    String group,
    String summary,
    Handler handler) {

  /** What a command touches. */
  enum Access {
    READ,
    WRITE,
    /** Neither: it asks the server for something. */
    SERVER,
    /** Neither, and is allowed before the password. */
    CONNECTION
  }

  /** Runs a command. */
  @FunctionalInterface
  interface Handler {

    /** Runs the command, or its next step, and appends its reply. */
    void execute(Request request);

    /** Begins a command of many steps. */
    default void begin(Request request) {}

    /** Ends a command of many steps. */
    default void end(Request request) {}
  }

  boolean acceptsCount(long count) {
    return arity >= 0 ? count == arity : count >= -arity;
  }

  /** Whether its first argument is a key: so it is with all that touch data but a few. */
  boolean takesKey() {
    boolean touchesData = access == Access.READ || access == Access.WRITE;
    return touchesData && !group.equals("server") && !KEYLESS.contains(name);
  }

  private static final Set<String> KEYLESS = Set.of("keys", "scan", "randomkey");

  boolean isStreamed() {
    return step > 0;
  }

  /** Whether so many arguments can be divided into this command's steps. */
  boolean divides(long count) {
    return step == 0 || (count - 1) % step == 0;
  }
}
