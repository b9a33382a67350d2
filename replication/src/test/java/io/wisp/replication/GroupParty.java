// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.KeyModel;
import io.wisp.linearizability.Party;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client of a group, who goes where he is sent. What is refused he asks for again, and so what he
 * was told has not happened: if it had, he would find it done twice. Of what is not answered, or
 * answered with UNKNOWN, he does not know what became of it.
 */
final class GroupParty implements Party, AutoCloseable {

  /** Nobody may serve for so long. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

  private static final int PAUSE_MILLIS = 20;

  /** What is said where an entry has not happened, or proves no read. */
  private static final List<String> IN_VAIN =
      List.of("-CLUSTERDOWN nothing was changed: ", "-CLUSTERDOWN what was read may be wrong: ");

  private final String name;
  private final List<InetSocketAddress> addresses;
  private final int millis;
  private InetSocketAddress address;
  private @Nullable Wire wire;
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong inVain = new AtomicLong();
  private final AtomicLong redirections = new AtomicLong();

  /**
   * One who begins at the first of some nodes.
   *
   * @param millis how long he waits for an answer
   */
  GroupParty(String name, List<InetSocketAddress> addresses, int millis) {
    this.name = name;
    this.addresses = addresses;
    this.millis = millis;
    address = addresses.getFirst();
  }

  @Override
  public String name() {
    return name;
  }

  /** How many calls were answered so far. */
  long answers() {
    return answers.get();
  }

  /** How many requests were told that nothing came of them, and were sent again. */
  long inVain() {
    return inVain.get();
  }

  /** How many times he was sent elsewhere. */
  long redirections() {
    return redirections.get();
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.complementOf(EnumSet.of(Kind.EXPIRE));
  }

  @Override
  public String call(Kind kind, String key, String argument, long lifetime) {
    String[] words =
        switch (kind) {
          case PUT ->
              lifetime == 0
                  ? new String[] {"SET", key, argument}
                  : new String[] {"SET", key, argument, "PX", "" + lifetime};
          case PUT_IF_ABSENT -> new String[] {"SET", key, argument, "NX"};
          case GET -> new String[] {"GET", key};
          case DELETE -> new String[] {"DEL", key};
          case APPEND -> new String[] {"APPEND", key, argument};
          case INCREMENT -> new String[] {"INCR", key};
          case EXPIRE -> throw new AssertionError(kind);
        };
    String reply;
    try {
      reply = answerTo(words);
    } catch (IOException | InterruptedException e) {
      goToNext();
      throw new UncheckedIOException(new IOException(e));
    }
    answers.incrementAndGet();
    boolean isNil = reply.equals(Wire.NIL);
    return switch (kind) {
      case PUT -> KeyModel.STORED;
      case PUT_IF_ABSENT -> isNil ? KeyModel.CONFLICT : KeyModel.CREATED;
      case GET -> isNil ? KeyModel.ABSENT : reply;
      case DELETE -> reply.equals("1") ? KeyModel.DONE : KeyModel.ABSENT;
      case INCREMENT -> reply.startsWith("-") ? KeyModel.NOT_AN_INTEGER : reply;
      case APPEND -> reply;
      case EXPIRE -> throw new AssertionError(kind);
    };
  }

  /** Asks until he is not refused. */
  String answerTo(String... words) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    boolean isAsking = false;
    while (System.nanoTime() - end < 0) {
      Wire connected = connected();
      String reply = connected == null ? "-CLUSTERDOWN" : ask(isAsking, connected, words);
      isAsking = reply.startsWith("-ASK ");
      if (isAsking || reply.startsWith("-MOVED ")) {
        redirections.incrementAndGet();
        leave();
        address = addressIn(reply);
      } else if (reply.startsWith("-TRYAGAIN ")) {
        inVain.incrementAndGet();
        leave();
        Thread.sleep(PAUSE_MILLIS);
      } else if (reply.startsWith("-CLUSTERDOWN")) {
        if (IN_VAIN.stream().anyMatch(reply::startsWith)) {
          inVain.incrementAndGet();
        }
        goToNext();
        Thread.sleep(PAUSE_MILLIS);
      } else if (reply.startsWith("-UNKNOWN ") && !words[0].equals("GET")) {
        throw new IOException(reply);
      } else if (reply.startsWith("-") && !reply.startsWith("-ERR value is not an integer")) {
        throw new AssertionError(String.join(" ", words) + " is answered with " + reply);
      } else {
        return reply;
      }
    }
    throw new AssertionError("nobody has served for long: " + String.join(" ", words));
  }

  private static String ask(boolean isAsking, Wire connected, String... words) throws IOException {
    if (isAsking) {
      assertThat(connected.call("ASKING")).isEqualTo("OK");
    }
    return connected.call(words);
  }

  /** Of "-MOVED SLOT HOST:PORT", or "-ASK SLOT HOST:PORT". */
  private static InetSocketAddress addressIn(String moved) {
    int colon = moved.lastIndexOf(':');
    String host = moved.substring(moved.lastIndexOf(' ') + 1, colon);
    int port = Integer.parseInt(moved.substring(colon + 1));
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private @Nullable Wire connected() {
    if (wire == null) {
      try {
        wire = new Wire(address, millis);
      } catch (IOException e) {
        // Nobody is there, or has no ear.
        return null;
      }
    }
    return wire;
  }

  private void goToNext() {
    leave();
    address = addresses.get((addresses.indexOf(address) + 1) % addresses.size());
  }

  private void leave() {
    try {
      if (wire != null) {
        wire.close();
      }
    } catch (IOException e) {
      // It is left all the same.
    }
    wire = null;
  }

  @Override
  public void close() {
    leave();
  }
}
