// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wisp.transport.Endpoint;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server of one connection that speaks RESP2 and knows as much as a client of Wisp needs, but for
 * the commands to which a test gives another answer. Those do nothing.
 */
final class ScriptedServer implements AutoCloseable {

  private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, String> stored = new ConcurrentHashMap<>();
  private final List<List<String>> queue = new ArrayList<>();
  private boolean inTransaction;
  private final Thread thread = Thread.ofPlatform().start(this::serve);

  ScriptedServer() throws IOException {}

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", listener.getLocalPort());
  }

  /** What is stored, by its key. */
  Map<String, String> stored() {
    return stored;
  }

  /** Has a command do nothing from now on and be answered so, with an end of line behind it. */
  void answer(String command, String reply) {
    answers.put(command, reply);
  }

  private void serve() {
    try (Socket socket = listener.accept()) {
      InputStream input = new BufferedInputStream(socket.getInputStream());
      OutputStream output = socket.getOutputStream();
      while (true) {
        output.write((reply(request(input)) + "\r\n").getBytes(ISO_8859_1));
      }
    } catch (IOException e) {
      // The client has gone, or the test is over.
    }
  }

  private static List<String> request(InputStream input) throws IOException {
    List<String> words = new ArrayList<>();
    for (int left = Integer.parseInt(line(input).substring(1)); left > 0; left--) {
      int length = Integer.parseInt(line(input).substring(1));
      words.add(new String(input.readNBytes(length), ISO_8859_1));
      line(input);
    }
    return words;
  }

  private static String line(InputStream input) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        throw new EOFException();
      }
      line.append((char) next);
    }
    return line.toString().trim();
  }

  private String reply(List<String> words) {
    String answer = answers.get(words.getFirst());
    if (answer != null) {
      return answer;
    } else if (inTransaction && !words.getFirst().equals("EXEC")) {
      queue.add(words);
      return "+QUEUED";
    }
    return switch (words.getFirst()) {
      case "MULTI" -> {
        inTransaction = true;
        yield "+OK";
      }
      case "EXEC" -> inTransaction ? execute() : "-ERR EXEC without MULTI";
      default -> execute(words);
    };
  }

  private String execute() {
    inTransaction = false;
    StringBuilder replies = new StringBuilder("*" + queue.size());
    queue.forEach(words -> replies.append("\r\n").append(execute(words)));
    queue.clear();
    return replies.toString();
  }

  private String execute(List<String> words) {
    return switch (words.getFirst()) {
      case "PING" -> "+PONG";
      case "SET" -> {
        stored.put(words.get(1), words.get(2));
        yield "+OK";
      }
      case "GET" -> {
        String value = stored.get(words.get(1));
        yield value == null ? "$-1" : "$" + value.length() + "\r\n" + value;
      }
      case "EXISTS" -> stored.containsKey(words.get(1)) ? ":1" : ":0";
      case "WATCH", "UNWATCH" -> "+OK";
      default -> "-ERR unknown command '" + words.getFirst() + "'";
    };
  }

  @Override
  public void close() throws IOException {
    listener.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
