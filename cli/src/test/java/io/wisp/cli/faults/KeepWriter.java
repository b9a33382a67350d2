// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Writes keys of its own by shm and in transactions by tcp until its server is gone, and knows of
 * each what it was told and what it asked for at last.
 */
final class KeepWriter {

  private static final int KEYS = 500;
  private static final int KEYS_OF_A_TRANSACTION = 8;
  private static final String ABSENT = "";

  private final int number;
  private final Random random;
  private final Map<String, String> told = new HashMap<>();
  private final Map<String, String> asked = new HashMap<>();
  private long writes;
  private volatile boolean atWork;
  private volatile @Nullable Throwable failure;

  KeepWriter(int number, long seed) {
    this.number = number;
    random = new Random(seed);
  }

  boolean isAtWork() {
    return atWork;
  }

  /** What ended it, if it was not the end of its server. */
  @Nullable Throwable failure() {
    return failure;
  }

  private static Client connect(int basePort) {
    Transport shm = Transports.named("shm");
    return shm.connect(
        new Endpoint("127.0.0.1", basePort + shm.portOffset()),
        ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)).withGetPath(GetPath.AUTO));
  }

  void write(int port) {
    atWork = false;
    try (Client client = connect(port);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        BufferedReader replies =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      for (int i = 0; ; i++) {
        if (random.nextInt(4) == 0) {
          transact(socket, replies);
        } else {
          writeOne(client);
        }
        atWork = i > 20;
      }
    } catch (TransportException | IOException e) {
      // The end.
    } catch (Throwable e) {
      failure = e;
    }
  }

  private String value() {
    return ++writes + " of " + number + " " + "v".repeat(random.nextInt(300));
  }

  private void writeOne(Client client) {
    String key = number + " " + random.nextInt(KEYS);
    if (random.nextInt(4) == 0) {
      asked.put(key, ABSENT);
      assertThat(client.delete(key.getBytes(UTF_8)).isError()).isFalse();
    } else {
      String value = value();
      asked.put(key, value);
      assertThat(client.put(key.getBytes(UTF_8), value.getBytes(UTF_8)).isError()).isFalse();
    }
    told.putAll(asked);
    asked.clear();
    if (random.nextInt(8) == 0) {
      assertThat(text(client.get(key.getBytes(UTF_8)))).isEqualTo(told.get(key));
    }
  }

  private static String text(byte @Nullable [] value) {
    return value == null ? ABSENT : new String(value, UTF_8);
  }

  /** All keys get the same value, or none is there. */
  private void transact(Socket socket, BufferedReader replies) throws IOException {
    StringBuilder request = new StringBuilder(command("MULTI"));
    boolean deletes = random.nextInt(4) == 0;
    String value = deletes ? ABSENT : value();
    for (int i = 0; i < KEYS_OF_A_TRANSACTION; i++) {
      String key = number + " together " + i;
      asked.put(key, value);
      request.append(deletes ? command("DEL", key) : command("SET", key, value));
    }
    request.append(command("EXEC"));
    socket.getOutputStream().write(request.toString().getBytes(UTF_8));
    // OK and QUEUED for each, then the array of replies.
    for (int i = 0; i < 2 * KEYS_OF_A_TRANSACTION + 2; i++) {
      String reply = replies.readLine();
      if (reply == null) {
        throw new IOException("the server is gone");
      }
      assertThat(reply).matches("\\+OK|\\+QUEUED|\\*\\d+|:[01]");
    }
    told.putAll(asked);
    asked.clear();
  }

  private static String command(String... words) {
    StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      command.append("$").append(word.getBytes(UTF_8).length).append("\r\n");
      command.append(word).append("\r\n");
    }
    return command.toString();
  }

  /** Holds the next server to what was told; the answer is how many keys that were. */
  int check(int port) {
    try (Client client = connect(port)) {
      int before = 0;
      int after = 0;
      for (String key : asked.keySet()) {
        told.putIfAbsent(key, ABSENT);
      }
      for (Map.Entry<String, String> each : told.entrySet()) {
        String found = text(client.get(each.getKey().getBytes(UTF_8)));
        String wanted = asked.getOrDefault(each.getKey(), each.getValue());
        assertThat(found).as("key %s", each.getKey()).isIn(each.getValue(), wanted);
        if (!wanted.equals(each.getValue())) {
          before += found.equals(each.getValue()) ? 1 : 0;
          after += found.equals(wanted) ? 1 : 0;
        }
        each.setValue(found);
      }
      assertThat(Math.min(before, after)).as("keys of a transaction done by half").isZero();
      asked.clear();
      return told.size();
    }
  }
}
