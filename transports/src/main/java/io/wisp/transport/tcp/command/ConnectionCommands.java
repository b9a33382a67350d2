// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The commands about the connection itself. */
final class ConnectionCommands {

  private static final byte[] DEFAULT_USER = "default".getBytes(StandardCharsets.US_ASCII);
  private static final String NO_SUCH_DATABASE = "ERR DB index is out of range";

  private ConnectionCommands() {}

  static void ping(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 1) {
      request.reply().pong();
    } else if (arguments.count() == 2) {
      echo(request);
    } else {
      request.fail(Errors.wrongArity("ping"));
    }
  }

  static void echo(CommandRequest request) {
    Arguments arguments = request.arguments();
    request.reply().bulk(arguments.memory(), arguments.offset(1), arguments.length(1));
  }

  static void quit(CommandRequest request) {
    request.reply().ok();
    request.client().closeAfterReply();
  }

  /** RESET: what there is of it without subscriptions, tracking and databases. */
  static void reset(CommandRequest request) {
    request.execution().transaction().close();
    request.client().reset(request.server().password() != null);
    request.reply().protocol(request.client().protocol());
    request.reply().simple("RESET");
  }

  static void select(CommandRequest request) {
    String refusal = refusalOfDatabase(request.arguments(), 1);
    if (request.server().member() != null && refusal.equals(NO_SUCH_DATABASE)) {
      request.fail("ERR SELECT is not allowed in cluster mode");
    } else if (refusal.isEmpty()) {
      request.reply().ok();
    } else {
      request.fail(refusal);
    }
  }

  /** Why an argument is not the number of a database; nothing if it is 0, the only one. */
  static String refusalOfDatabase(Arguments arguments, int index) {
    if (!arguments.isNumber(index)) {
      return Errors.NOT_AN_INTEGER;
    } else if (arguments.number() != (int) arguments.number()) {
      return Errors.NOT_AN_INT;
    }
    return arguments.number() == 0 ? "" : NO_SUCH_DATABASE;
  }

  static void authenticate(CommandRequest request) {
    Arguments arguments = request.arguments();
    int count = arguments.count();
    if (count > 3) {
      request.fail(Errors.SYNTAX);
    } else if (count == 2 && request.server().password() == null) {
      request.fail(
          "ERR AUTH <password> called without any password configured for the default user."
              + " Are you sure your configuration is correct?");
    } else if (authenticate(
        request, count == 3 ? arguments.bytes(1) : DEFAULT_USER, arguments.bytes(count - 1))) {
      request.reply().ok();
    }
  }

  /** Lets the client in, or replies with an error. Takes as long for every wrong password. */
  static boolean authenticate(CommandRequest request, byte[] user, byte[] password) {
    byte[] expected = request.server().password();
    boolean right =
        MessageDigest.isEqual(user, DEFAULT_USER)
            && (expected == null || MessageDigest.isEqual(password, expected));
    if (right) {
      request.client().authenticate();
    } else {
      request.fail(Errors.WRONG_PASSWORD);
    }
    return right;
  }
}
