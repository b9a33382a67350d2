// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that knows nothing of commands: it sends words and shows the reply, types included, as
 * text. Bytes are Latin-1. It shares no code with the product.
 */
final class RespPeer implements AutoCloseable {

  private final SocketChannel channel;
  private final InputStream input;

  RespPeer(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
    input = new BufferedInputStream(Channels.newInputStream(channel), 64 << 10);
  }

  /** Sends a request and reads its reply. */
  Reply call(List<String> words) throws IOException {
    send(words);
    return read();
  }

  Reply call(String... words) throws IOException {
    return call(List.of(words));
  }

  void send(List<String> words) throws IOException {
    sendTogether(List.of(words));
  }

  /** Sends requests so that they arrive together, if the socket takes them. */
  void sendTogether(List<List<String>> requests) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (List<String> words : requests) {
      bytes.writeBytes(("*" + words.size() + "\r\n").getBytes(ISO_8859_1));
      for (String word : words) {
        bytes.writeBytes(("$" + word.length() + "\r\n" + word + "\r\n").getBytes(ISO_8859_1));
      }
    }
    sendBytes(bytes.toByteArray());
  }

  /** Sends what need not be a request. */
  void sendBytes(String text) throws IOException {
    sendBytes(text.getBytes(ISO_8859_1));
  }

  private void sendBytes(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  Reply read() throws IOException {
    String line = line();
    char type = line.charAt(0);
    String rest = line.substring(1);
    return switch (type) {
      case '$', '=' -> rest.equals("-1") ? Reply.NIL : new Reply(type, bulk(rest), List.of());
      case '*', '~' -> rest.equals("-1") ? Reply.NIL : new Reply(type, "", elements(rest, 1));
      case '%' -> new Reply(type, "", elements(rest, 2));
      case '_' -> Reply.NIL;
      case '+', '-', ':', ',', '#', '(' -> new Reply(type, rest, List.of());
      default -> throw new IOException("a reply begins with: " + line);
    };
  }

  private String bulk(String length) throws IOException {
    byte[] bytes = input.readNBytes(Integer.parseInt(length));
    if (!line().isEmpty()) {
      throw new IOException("no end of line behind a bulk string");
    }
    return new String(bytes, ISO_8859_1);
  }

  private List<Reply> elements(String count, int each) throws IOException {
    List<Reply> elements = new ArrayList<>();
    for (int i = 0; i < each * Integer.parseInt(count); i++) {
      elements.add(read());
    }
    return elements;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = input.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next != '\r') {
        line.write(next);
      } else if (input.read() == '\n') {
        return line.toString(ISO_8859_1);
      } else {
        throw new IOException("a carriage return alone in a line of a reply");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * A reply.
   *
   * @param type the first character on the wire, or '_' for all forms of nothing
   */
  record Reply(char type, String text, List<Reply> elements) {

    static final Reply NIL = new Reply('_', "", List.of());

    boolean isError() {
      return type == '-';
    }

    @Override
    public String toString() {
      return elements.isEmpty() ? type + text : type + elements.toString();
    }
  }
}
