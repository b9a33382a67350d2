// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.Closing;
import io.wisp.transport.Log;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A control connection, as the server sees it: admits the client, exchanges offers, and then does
 * nothing but last. It belongs to the thread of the {@link ControlLoop}; {@link #begin} and {@link
 * #end} are for the thread that serves the client.
 */
public final class ControlSession implements ServedClient {

  private static final Log LOG = Log.of(ControlSession.class);

  private enum Stage {
    HELLO,
    ANSWER,
    SERVED
  }

  private final SocketChannel channel;
  private final ServerHandshake handshake;
  private final ControlInput input = new ControlInput();
  private final long deadline;
  private final AtomicBoolean ended = new AtomicBoolean();
  private Stage stage = Stage.HELLO;
  private boolean admitted;
  private @Nullable ServingThread thread;
  private @Nullable ServerOffer offer;
  private RemoteBuffer leasedTable = RemoteBuffer.NONE;
  private boolean handedOver;
  private boolean gone;
  private int number;

  /** A client that must be served by a deadline, by {@link System#nanoTime}. */
  public ControlSession(SocketChannel channel, ServerHandshake handshake, long deadline) {
    this.channel = channel;
    this.handshake = handshake;
    this.deadline = deadline;
  }

  @Override
  public int number() {
    return number;
  }

  /** Whether the client has taken too long with the handshake. */
  boolean isOverdue(long now) {
    return stage != Stage.SERVED && now - deadline > 0;
  }

  /** Whether the connection is closed for good. */
  public boolean hasEnded() {
    return ended.get();
  }

  /** Reads what the client says, and answers. */
  public void serve() {
    try {
      ControlMessage message = input.read(channel);
      if (message != null) {
        answer(message);
      } else if (input.ended()) {
        gone();
      }
    } catch (IOException e) {
      gone();
    } catch (ControlMessage.FaultException e) {
      handshake.countFault();
      refuse(e.getMessage());
    } catch (TransportException e) {
      handshake.countRejection();
      refuse(e.getMessage());
    }
  }

  private void answer(ControlMessage message) throws IOException, ControlMessage.FaultException {
    if (stage == Stage.HELLO && message instanceof ControlMessage.Hello hello) {
      welcome(hello);
    } else if (stage == Stage.ANSWER && message instanceof ControlMessage.Answer answer) {
      accept(answer);
    } else {
      throw new ControlMessage.FaultException(
          "a message out of turn: " + message.getClass().getSimpleName());
    }
  }

  private void welcome(ControlMessage.Hello hello) throws IOException {
    if (hello.version() != ControlMessage.VERSION) {
      throw new TransportException(
          "protocol version %s, and this server speaks %s"
              .formatted(hello.version(), ControlMessage.VERSION));
    }
    requirePassword(hello.password());
    handshake.admit();
    admitted = true;
    SocketAddress reached = channel.getLocalAddress();
    ServingThread chosen = handshake.leastLoaded();
    thread = chosen;
    number = chosen.reserve();
    ServerOffer made = handshake.offer(chosen, reached);
    offer = made;
    stage = Stage.ANSWER;
    send(handshake.welcome(made));
  }

  private void requirePassword(@Nullable ByteBuffer given) {
    String password = handshake.password();
    if (password == null) {
      return;
    }
    if (given == null) {
      throw new TransportException("this server wants a password first");
    }
    byte[] bytes = new byte[given.remaining()];
    given.get(bytes);
    if (!MessageDigest.isEqual(bytes, password.getBytes(StandardCharsets.UTF_8))) {
      throw new TransportException("the password is wrong");
    }
  }

  private void accept(ControlMessage.Answer answer) throws ControlMessage.FaultException {
    ServingThread chosen = Objects.requireNonNull(thread, "an answer before the offer");
    ServerOffer made = Objects.requireNonNull(offer);
    if (answer.keepsLeases()) {
      leasedTable = handshake.leasedTable(made);
    }
    RemoteMemory memory = made.accept(number, answer.answer());
    offer = null;
    handedOver = true;
    stage = Stage.SERVED;
    chosen.adopt(memory, this);
  }

  @Override
  public void begin() {
    try {
      handshake.countAccepted();
      send(new ControlMessage.Ready(leasedTable));
    } catch (IOException e) {
      // The loop will notice as well.
    }
  }

  private void send(ControlMessage message) throws IOException {
    ByteBuffer bytes = message.encode();
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      throw new IOException("the client does not take what it is told");
    }
  }

  /** Says why the client is not served, and ends. */
  void refuse(@Nullable String reason) {
    try {
      send(new ControlMessage.Refusal(String.valueOf(reason)));
      // A close with input unread would take the refusal back from the client.
      channel.shutdownOutput();
      channel.read(ByteBuffer.allocate(ControlMessage.MAX_LENGTH));
    } catch (IOException e) {
      // It is gone, and needs no reason.
    }
    gone();
  }

  /** The client is gone, or has to go. What it held is freed once, for then others have it. */
  void gone() {
    if (gone) {
      return;
    }
    gone = true;
    ServingThread serving = thread;
    ServerOffer made = offer;
    try {
      if (handedOver && serving != null) {
        serving.abandon(this);
      } else if (made != null) {
        offer = null;
        made.withdraw();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "what a client was offered was not freed as it should", e);
    } finally {
      if (!handedOver && serving != null) {
        serving.release(number);
      }
      end();
    }
  }

  @Override
  public void end() {
    if (ended.compareAndSet(false, true)) {
      if (admitted) {
        handshake.leave();
      }
      Closing.quietly(channel);
    }
  }
}
