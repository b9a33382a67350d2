// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.transport.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One request of RESP2 to a node, on a connection of its own. */
final class NodeCall {

  private static final int ANSWER_MILLIS = 5_000;
  private static final int MOST_BYTES = 1 << 20;

  private NodeCall() {}

  /**
   * What a node answers: a line or a text.
   *
   * @param password to present first; null is none
   * @throws RefusedException if it answers with an error
   * @throws IOException if it cannot be reached, or does not answer
   */
  static String ask(Endpoint node, @Nullable String password, String... words)
      throws IOException, RefusedException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(node.host(), node.port()), ANSWER_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      InputStream input = new BufferedInputStream(socket.getInputStream());
      if (password != null) {
        send(socket, "AUTH", password);
        var _ = reply(input);
      }
      send(socket, words);
      return reply(input);
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer for " + ANSWER_MILLIS / 1000 + " s", e);
    }
  }

  private static void send(Socket socket, String... words) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(bytes("*" + words.length + "\r\n"));
    for (String word : words) {
      byte[] bytes = bytes(word);
      request.writeBytes(bytes("$" + bytes.length + "\r\n"));
      request.writeBytes(bytes);
      request.writeBytes(bytes("\r\n"));
    }
    socket.getOutputStream().write(request.toByteArray());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String reply(InputStream input) throws IOException, RefusedException {
    String line = line(input);
    if (line.startsWith("+")) {
      return line.substring(1);
    }
    if (line.startsWith("-")) {
      throw new RefusedException(line.substring(1));
    }
    if (!line.matches("\\$\\d{1,7}") || Integer.parseInt(line.substring(1)) > MOST_BYTES) {
      throw new IOException("it answers as no node of Wisp does");
    }
    int length = Integer.parseInt(line.substring(1));
    byte[] text = input.readNBytes(length);
    if (text.length < length || !line(input).isEmpty()) {
      throw new EOFException("it ends the connection in the middle of an answer");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static String line(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        throw new EOFException("it ends the connection");
      }
      if (line.size() > MOST_BYTES) {
        throw new IOException("it answers as no node of Wisp does");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
