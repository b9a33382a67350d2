// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes a group, whoever leads it: when that is another one, or nobody for a while, it asks who
 * does, and whether what was asked for is done. So a change that a leader began and did not end is
 * taken up again, and to ask for one twice does no harm.
 */
final class GroupChange {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final @Nullable String password;
  private final PrintStream out;
  private final long end;

  /** Where members are, or were. */
  private final List<Endpoint> known = new ArrayList<>();

  private String lastFault = "";
  private final Set<String> told = new HashSet<>();

  /**
   * One of a group.
   *
   * @param node that knows the members
   * @param timeout for all of it
   * @param out is told what it waits for
   */
  GroupChange(Endpoint node, @Nullable String password, Duration timeout, PrintStream out) {
    this.password = password;
    this.out = out;
    known.add(node);
    end = System.nanoTime() + timeout.toNanos();
  }

  /** The node that leads, and what it says. */
  record Leader(Endpoint at, MemberReport report) {}

  /** What a node says of itself and the members. */
  MemberReport report(Endpoint node) throws IOException, RefusedException {
    try {
      return MemberReport.read(NodeCall.ask(node, password, "CLUSTER", "MEMBERS"));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Finds the one that leads.
   *
   * @throws UserError if there is none in time
   */
  Leader leader() {
    while (true) {
      String fault = "";
      // Each one that is asked may tell of others.
      for (int i = 0; i < known.size(); i++) {
        Endpoint asked = known.get(i);
        try {
          MemberReport report = report(asked);
          report.members().values().stream()
              .filter(each -> !known.contains(each))
              .forEach(known::add);
          if (report.leads()) {
            return new Leader(asked, report);
          }
          fault = "none of the members that answer leads";
        } catch (IOException e) {
          fault = fault.isEmpty() ? asked + ": " + e.getMessage() : fault;
        } catch (RefusedException e) {
          // Where a member was there may be another server by now.
          if (i == 0) {
            throw UserError.failure(asked + " refuses: " + e.getMessage());
          }
          fault = fault.isEmpty() ? asked + " refuses: " + e.getMessage() : fault;
        }
      }
      waitsFor(fault);
      pause();
    }
  }

  /**
   * Asks for a change until it is there.
   *
   * @param isDone by what the one that leads says of the members
   * @param words of the request
   * @throws UserError if it has failed, or was not there in time
   */
  void make(Predicate<MemberReport> isDone, String... words) {
    while (true) {
      Leader leader = leader();
      if (isDone.test(leader.report())) {
        return;
      }
      try {
        var _ = NodeCall.ask(leader.at(), password, words);
        awaitEnd(leader);
      } catch (IOException e) {
        waitsFor(leader.at() + ": " + e.getMessage());
      } catch (RefusedException e) {
        if (!e.mayGoLater() && !isDoneSoon(isDone)) {
          throw UserError.failure(leader.at() + " refuses: " + e.getMessage());
        }
        waitsFor(leader.at() + ": " + e.getMessage());
      }
      pause();
    }
  }

  /** What is done already is refused, a moment before it is told. */
  private boolean isDoneSoon(Predicate<MemberReport> isDone) {
    pause();
    return isDone.test(leader().report());
  }

  /** Waits until the one that was asked has ended the change, or leads no more. */
  private void awaitEnd(Leader leader) throws IOException, RefusedException {
    while (true) {
      MemberReport now = report(leader.at());
      if (now.hasFailed()) {
        throw UserError.failure("to " + now.change() + " has failed: " + now.outcome());
      }
      if (!now.isUnderWay()) {
        return;
      }
      waitsFor("to " + now.change() + " is under way");
      pause();
    }
  }

  private void waitsFor(String what) {
    lastFault = what;
    if (told.add(what)) {
      out.println("  " + what);
    }
  }

  private void pause() {
    if (System.nanoTime() - end > 0) {
      throw UserError.failure("--timeout is over: " + lastFault);
    }
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UserError.failure("interrupted; what has begun may go on");
    }
  }
}
