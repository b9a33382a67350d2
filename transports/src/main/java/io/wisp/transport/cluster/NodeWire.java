// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.transport.Endpoint;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a node by which a cluster is changed: requests of any command, and replies that
 * are words or lists of words. It belongs to one thread.
 */
public final class NodeWire implements AutoCloseable {

  /** Where a walk over all keys begins and ends. */
  static final String AT_END = "0";

  private static final int BUFFER = 256 << 10;
  private static final int MOST_LINE = 64 << 10;
  private static final int MOST_BYTES = 80 << 20;
  private static final int MOST_SHOWN = 60;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final String name;
  private final int millis;
  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  /**
   * Connects.
   *
   * @param name of the node, for people
   * @param password to present first; null is none
   * @param timeout how long connecting, each request and each answer may take
   * @throws NodeErrorException if the password is refused
   * @throws IOException if the node cannot be reached, or does not answer
   */
  public NodeWire(String name, Endpoint server, @Nullable String password, Duration timeout)
      throws IOException {
    this.name = name;
    millis = Math.toIntExact(timeout.toMillis());
    try {
      socket.connect(new InetSocketAddress(server.host(), server.port()), millis);
      socket.setSoTimeout(millis);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), BUFFER);
      out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
      if (password != null) {
        var _ = call("AUTH", password);
      }
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends a request, and waits for its answer: as {@link #send} and {@link #answer}. */
  List<byte[]> call(Object... words) throws IOException {
    send(words);
    return answer();
  }

  /**
   * Sends a request, and waits for an answer that is one word: that, as text.
   *
   * @throws NodeErrorException if it is an error
   */
  public String text(Object... words) throws IOException {
    List<byte[]> answer = call(words);
    if (answer.size() != 1) {
      throw new IOException(
          "node " + name + " answers with " + answer.size() + " words, where one is wanted");
    }
    return new String(answer.getFirst(), StandardCharsets.UTF_8);
  }

  /** Has the node do a step again and again, until its walk over all keys is at its end. */
  void walk(Object... step) throws IOException {
    Object[] request = Arrays.copyOf(step, step.length + 1, Object[].class);
    String cursor = AT_END;
    do {
      request[step.length] = cursor;
      cursor = text(request);
    } while (!cursor.equals(AT_END));
  }

  /** Puts a request with others, to be sent: texts, numbers, and arrays of bytes. */
  void send(Object... words) throws IOException {
    inTime(
        () -> {
          writeHead('*', words.length);
          for (Object word : words) {
            byte[] bytes =
                word instanceof byte[] raw ? raw : word.toString().getBytes(StandardCharsets.UTF_8);
            writeHead('$', bytes.length);
            out.write(bytes);
            out.write(LINE_END);
          }
        });
  }

  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  /** A socket's timeout is of what is read. One that takes nothing for so long is closed. */
  private void inTime(Sending sending) throws IOException {
    Future<?> limit =
        ForkJoinPool.commonPool().schedule(this::close, millis, TimeUnit.MILLISECONDS);
    try {
      sending.run();
    } catch (IOException e) {
      throw limit.isDone()
          ? new IOException("node " + name + " takes no request for " + millis + " ms", e)
          : e;
    } finally {
      limit.cancel(false);
    }
  }

  private void writeHead(char type, int number) throws IOException {
    out.write((type + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Sends what was put together, and waits for the next answer: the words of a list, or the one
   * that it is.
   *
   * @throws NodeErrorException if it is an error
   */
  List<byte[]> answer() throws IOException {
    inTime(out::flush);
    String line = line();
    if (line.startsWith("-")) {
      throw new NodeErrorException(
          name,
          new String(
              line.substring(1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
    List<byte[]> words = new ArrayList<>();
    if (line.startsWith("*")) {
      for (int left = number(line); left > 0; left--) {
        words.add(word(line()));
      }
    } else {
      words.add(word(line));
    }
    return words;
  }

  /**
   * Takes the answers of so many requests, whatever they are, so that the next one is that of the
   * next request.
   *
   * @throws NodeErrorException if one is an error: the first of them
   */
  void answers(int count) throws IOException {
    NodeErrorException first = null;
    for (int i = 0; i < count; i++) {
      try {
        var _ = answer();
      } catch (NodeErrorException e) {
        first = first == null ? e : first;
      } catch (IOException e) {
        // A node ends the connection behind some errors, which say more.
        throw first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private byte[] word(String line) throws IOException {
    if (line.startsWith("+") || line.startsWith(":")) {
      return line.substring(1).getBytes(StandardCharsets.ISO_8859_1);
    }
    if (!line.startsWith("$")) {
      throw new IOException("node " + name + " answers as no node of Wisp does: " + shown(line));
    }
    int length = number(line);
    byte[] word = in.readNBytes(length);
    if (word.length < length || !line().isEmpty()) {
      throw new EOFException("node " + name + " ends in an answer");
    }
    return word;
  }

  private int number(String line) throws IOException {
    try {
      int number = Integer.parseInt(line.substring(1));
      if (number >= 0 && number <= MOST_BYTES) {
        return number;
      }
    } catch (NumberFormatException e) {
      // It is as bad as one that is too large.
    }
    throw new IOException("node " + name + " answers with an impossible length: " + shown(line));
  }

  /** The beginning of a line by whoever it is, for people. */
  private static String shown(String line) {
    return line.substring(0, Math.min(line.length(), MOST_SHOWN)).replaceAll("[^ -~]", "?");
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("node " + name + " has closed the connection");
      }
      if (line.length() == MOST_LINE) {
        throw new IOException("node " + name + " answers with a line without an end");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is not used any more.
    }
  }
}
