// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.VerbsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program at the other end of the links that are measured. It is told by lines on standard
 * input what to do, answers each with a line on standard output, and ends when its input does:
 *
 * <pre>
 * open OPTIONS ADDRESS    opens a link, connects it, and answers messages -> opened ADDRESS
 * close                   -> closed
 * </pre>
 *
 * <p>Instead of an answer it may say {@code failed} and why.
 */
final class PeerProcess {

  static final String OPEN = "open";
  static final String OPENED = "opened";
  static final String CLOSE = "close";
  static final String CLOSED = "closed";
  static final String FAILED = "failed";

  private @Nullable Answering answering;

  private PeerProcess() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    PeerProcess process = new PeerProcess();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(process.answer(List.of(line.split(" ", -1))));
    }
    process.close();
  }

  private String answer(List<String> words) throws InterruptedException {
    try {
      return switch (words.getFirst()) {
        case OPEN -> OPENED + " " + open(words.subList(1, words.size())).text();
        case CLOSE -> {
          close();
          yield CLOSED;
        }
        default -> throw new IllegalArgumentException("no such request: " + words);
      };
    } catch (VerbsException | IllegalArgumentException | IllegalStateException e) {
      return FAILED + " " + e.getMessage();
    }
  }

  private LinkAddress open(List<String> words) throws InterruptedException {
    close();
    answering =
        new Answering(
            LinkOptions.parse(words.subList(0, words.size() - 1)),
            LinkAddress.parse(words.getLast()));
    return answering.link.address();
  }

  private void close() throws InterruptedException {
    Answering open = answering;
    answering = null;
    if (open != null) {
      open.close();
    }
  }

  /** A link and the thread that answers what comes over it. */
  private static final class Answering {

    private static final int BLOCK = 20;

    private final Stop stop = new Stop();
    private final Link link;
    private final @Nullable Thread thread;
    private volatile String failure = "";

    Answering(LinkOptions options, LinkAddress other) {
      link = Link.open(options, stop);
      try {
        thread = connect(options, other);
      } catch (RuntimeException e) {
        link.close();
        throw e;
      }
    }

    private @Nullable Thread connect(LinkOptions options, LinkAddress other) {
      if (options.oneWay()) {
        link.connect(other);
        return null;
      }
      PingPong end = PingPong.over(link);
      end.prepare();
      link.connect(other);
      return Thread.ofPlatform().name("answering").start(() -> answer(end));
    }

    private void answer(PingPong end) {
      try {
        while (true) {
          answerSome(end);
        }
      } catch (Stop.StoppedException e) {
        // The other end is done.
      } catch (RuntimeException e) {
        failure = String.valueOf(e.getMessage());
        // The other end waits without sleeping for an answer, and sees that we are gone.
        System.err.println("the peer failed: " + failure);
        System.exit(1);
      }
    }

    /** A loop without end would begin in the interpreter for each link anew. */
    private static void answerSome(PingPong end) {
      for (int i = 0; i < BLOCK; i++) {
        end.receive();
        end.send();
      }
    }

    void close() throws InterruptedException {
      stop.because("closed");
      if (thread != null) {
        thread.join();
      }
      link.close();
    }
  }
}
