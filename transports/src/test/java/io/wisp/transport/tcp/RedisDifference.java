// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.tcp.RandomCommands.Request;
import io.wisp.transport.tcp.RespPeer.Reply;
import java.util.Locale;

/** Where the server answers otherwise than Redis, on purpose. REDIS.md shows this list. */
enum RedisDifference {
  NEWER_SUBCOMMANDS(
      "`CLIENT SETINFO`, `CLIENT NO-TOUCH` and `CLUSTER MYSHARDID` are answered, which Redis knows since 7.2.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isSubcommand(request, "client", "setinfo")
          || isSubcommand(request, "client", "no-touch")
          || isSubcommand(request, "cluster", "myshardid");
    }
  },
  OF_VALKEY("`DELIFEQ`, and the option `IFEQ` of `SET`, are answered, which Valkey knows.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isCommand(request, "delifeq")
          || (isCommand(request, "set")
              && theirs.text().equals("ERR syntax error")
              && request.words().stream().anyMatch("ifeq"::equalsIgnoreCase));
    }
  },
  IDLE_TIME("`OBJECT IDLETIME` is an error, for nobody here notes when a key was read.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isSubcommand(request, "object", "idletime")
          && ours.text().equals("ERR idle time not tracked")
          && !theirs.isError();
    }
  },
  EXPIRED_MEMORY(
      "`MEMORY USAGE` of a key that has expired is nothing, also before it is reclaimed.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isSubcommand(request, "memory", "usage") && !ours.isError() && theirs.type() == ':';
    }
  },
  TABLE_OF_LCS(
      "`LCS` works in 64 MiB of memory, 4 bytes for each two beginnings; Redis in 512 MiB.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isCommand(request, "lcs") && ours.text().startsWith("ERR Insufficient memory");
    }
  },
  FOREIGN_CURSOR(
      "A cursor that no `SCAN` gave is as good as the end, or as any other place: the keys that it leads to are"
          + " each server's own.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isCommand(request, "scan")
          && !request.words().get(1).equals("0")
          && ours.type() == '*'
          && theirs.type() == '*';
    }
  },
  ONE_DATABASE(
      "There is one database: `SELECT` of another than 0 is an error, and so is `COPY` to it.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return (isCommand(request, "select") || isCommand(request, "copy"))
          && ours.text().equals("ERR DB index is out of range");
    }
  },
  IN_STEPS(
      "`KEYS`, `SCAN`, `RANDOMKEY`, `FLUSHDB`, `FLUSHALL`, `LCS`, `CLIENT`, `CLUSTER`, `CONFIG`, `LATENCY` and"
          + " `SLOWLOG` are not allowed inside a transaction.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return ours.text().equals("ERR Command not allowed inside a transaction")
          && (theirs.text().equals("QUEUED") || theirs.type() == '-');
    }
  },
  ABSENT_AS_BEFORE(
      "`EXEC` does not see that a watched key was set and deleted again, if it was absent when `WATCH` came.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isCommand(request, "exec") && ours.type() == '*' && theirs.equals(Reply.NIL);
    }
  },
  EMPTY_KEY(
      "A key has 1 to 65,535 bytes: an empty one is the error `KEYEMPTY`, a longer one `KEYTOOLARGE`.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return ours.text().startsWith("KEYEMPTY");
    }
  },
  MANY_KEYS(
      "`MSET`, `MSETNX`, `WATCH`, and a command within a transaction, have at most 8,192 keys: more are an error, and"
          + " nothing is done.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return ours.text().startsWith("ERR too many keys");
    }
  },
  PAIRS_IN_A_CLUSTER(
      "As a node of a cluster it says that `MSET` lacks a value before it looks at the slots of its keys.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return ours.text().startsWith("ERR wrong number of arguments for 'mset")
          && theirs.text().matches("(CROSSSLOT|MOVED|CLUSTERDOWN) .*");
    }
  },
  WATCHED_IN_A_CLUSTER(
      "As a node of a cluster it says that a transaction is of several slots also if a watched key has changed.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isCommand(request, "exec")
          && ours.text().matches("(CROSSSLOT|MOVED|CLUSTERDOWN) .*")
          && (theirs.equals(Reply.NIL) || theirs.text().startsWith("EXECABORT "));
    }
  },
  EXPIRED_OF_A_SLOT(
      "`CLUSTER COUNTKEYSINSLOT` and `CLUSTER GETKEYSINSLOT` leave out what has expired, also before it is reclaimed.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isSubcommand(request, "cluster", "countkeysinslot")
          ? ours.type() == ':'
              && theirs.type() == ':'
              && Long.parseLong(ours.text()) < Long.parseLong(theirs.text())
          : isSubcommand(request, "cluster", "getkeysinslot")
              && ours.type() == '*'
              && theirs.elements().containsAll(ours.elements());
    }
  },
  CONFIGURATION("`CONFIG GET` knows the parameters that this server has.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return isSubcommand(request, "config", "get") && !ours.isError() && !theirs.isError();
    }
  },
  HELP("`HELP` of a command with subcommands names those that this server has.") {
    @Override
    boolean explains(Request request, Reply ours, Reply theirs) {
      return request.words().getLast().equalsIgnoreCase("help") && !ours.isError();
    }
  };

  private final String text;

  RedisDifference(String text) {
    this.text = text;
  }

  /** What is different, for the documentation. */
  String text() {
    return text;
  }

  abstract boolean explains(Request request, Reply ours, Reply theirs);

  static boolean explain(Request request, Reply ours, Reply theirs) {
    for (RedisDifference difference : values()) {
      if (difference.explains(request, ours, theirs)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCommand(Request request, String command) {
    return request.words().getFirst().toLowerCase(Locale.ROOT).equals(command);
  }

  private static boolean isSubcommand(Request request, String command, String subcommand) {
    return isCommand(request, command)
        && request.words().size() > 1
        && request.words().get(1).toLowerCase(Locale.ROOT).equals(subcommand);
  }
}
