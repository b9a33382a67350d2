// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection by which a test sees every reply as it is, errors and redirections too. */
final class Wire implements AutoCloseable {

  /** The reply that there is nothing. */
  static final String NIL = "(nil)";

  private final Socket socket = new Socket();
  private final InputStream input;

  /**
   * Connects to a server on this machine.
   *
   * @param millis how long an answer may take
   */
  Wire(int port, int millis) throws IOException {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
  }

  /**
   * Connects.
   *
   * @param millis how long an answer may take
   */
  Wire(InetSocketAddress address, int millis) throws IOException {
    try {
      socket.connect(address, millis);
      socket.setSoTimeout(millis);
      input = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** What a request is answered with: a text as it is, an error with its minus before it. */
  String call(String... words) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(("*" + words.length + "\r\n").getBytes(ISO_8859_1));
    for (String word : words) {
      bytes.writeBytes(("$" + word.length() + "\r\n" + word + "\r\n").getBytes(ISO_8859_1));
    }
    socket.getOutputStream().write(bytes.toByteArray());
    String line = line();
    return switch (line.charAt(0)) {
      case '+', ':' -> line.substring(1);
      case '-' -> line;
      case '$' -> line.equals("$-1") ? NIL : bulk(Integer.parseInt(line.substring(1)));
      default -> throw new IOException("a reply begins with: " + line);
    };
  }

  private String bulk(int length) throws IOException {
    byte[] bytes = input.readNBytes(length);
    if (bytes.length < length || !line().isEmpty()) {
      throw new EOFException("a value ends early");
    }
    return new String(bytes, ISO_8859_1);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
