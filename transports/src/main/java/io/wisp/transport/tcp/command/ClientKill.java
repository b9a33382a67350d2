// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.function.Predicate;

/**
 * CLIENT KILL address, and CLIENT KILL with options: ID id, TYPE type, ADDR address, LADDR address,
 * USER name and SKIPME yes|no. Whoever kills itself gets the reply first.
 */
final class ClientKill {

  private final CommandRequest request;
  private Predicate<ClientState> doomed = client -> true;
  private boolean skipsItself = true;
  private int killed;

  private ClientKill(CommandRequest request) {
    this.request = request;
  }

  static void execute(CommandRequest request) {
    // There may be many clients.
    request.execution().countAsStep();
    ClientKill kill = new ClientKill(request);
    if (request.arguments().count() == 3) {
      kill.killByAddress();
    } else {
      kill.killByOptions();
    }
  }

  private void killByAddress() {
    String address = request.arguments().text(2);
    skipsItself = false;
    doomed = client -> client.address().equals(address);
    kill();
    if (killed == 0) {
      request.fail("ERR No such client");
    } else {
      request.reply().ok();
    }
  }

  private void killByOptions() {
    Arguments arguments = request.arguments();
    for (int index = 2; index < arguments.count(); index += 2) {
      String error = index + 1 < arguments.count() ? readOption(arguments, index) : Errors.SYNTAX;
      if (!error.isEmpty()) {
        request.fail(error);
        return;
      }
    }
    kill();
    request.reply().integer(killed);
  }

  private String readOption(Arguments arguments, int index) {
    String value = arguments.text(index + 1);
    if (arguments.is(index, "ID")) {
      if (!arguments.isNumber(index + 1) || arguments.number() < 1) {
        return "ERR client-id should be greater than 0";
      }
      long id = arguments.number();
      doomed = doomed.and(client -> client.id() == id);
    } else if (arguments.is(index, "TYPE")) {
      ClientType type = ClientType.named(arguments, index + 1);
      if (type == null) {
        return ClientType.unknown(arguments, index + 1);
      }
      doomed = doomed.and(client -> type == ClientType.NORMAL);
    } else if (arguments.is(index, "ADDR")) {
      doomed = doomed.and(client -> client.address().equals(value));
    } else if (arguments.is(index, "LADDR")) {
      doomed = doomed.and(client -> client.localAddress().equals(value));
    } else if (arguments.is(index, "USER")) {
      return value.equals("default")
          ? ""
          : "ERR No such user '" + arguments.quoted(index + 1) + "'";
    } else if (arguments.is(index, "SKIPME")) {
      skipsItself = arguments.is(index + 1, "YES");
      return skipsItself || arguments.is(index + 1, "NO") ? "" : Errors.SYNTAX;
    } else {
      return Errors.SYNTAX;
    }
    return "";
  }

  private void kill() {
    ClientState own = request.client();
    request
        .server()
        .clients()
        .filter(doomed)
        .filter(client -> client.id() != own.id() || !skipsItself)
        .forEach(
            client -> {
              if (client.id() == own.id()) {
                client.closeAfterReply();
                killed++;
              } else if (client.disconnect()) {
                killed++;
              }
            });
  }
}
