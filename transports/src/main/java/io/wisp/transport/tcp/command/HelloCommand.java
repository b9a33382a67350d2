// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.ReplyWriter;

/** HELLO [protover [AUTH username password] [SETNAME clientname]]. */
final class HelloCommand implements Command.Handler {

  private static final String AUTHENTICATE_FIRST =
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
          + " <proto> AUTH <user> <pass> option can be used to authenticate the client and select"
          + " the RESP protocol version at the same time";

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    int protocol = request.client().protocol();
    if (arguments.count() > 1) {
      if (!arguments.isNumber(1)) {
        request.fail("ERR Protocol version is not an integer or out of range");
        return;
      }
      if (arguments.number() != 2 && arguments.number() != 3) {
        request.fail("NOPROTO unsupported protocol version");
        return;
      }
      protocol = (int) arguments.number();
    }
    if (!readOptions(request)) {
      return;
    }
    if (!request.client().isAuthenticated()) {
      request.fail(AUTHENTICATE_FIRST);
      return;
    }
    request.client().protocol(protocol);
    request.reply().protocol(protocol);
    reply(request, protocol);
  }

  private static boolean readOptions(CommandRequest request) {
    Arguments arguments = request.arguments();
    for (int index = 2; index < arguments.count(); index++) {
      int left = arguments.count() - index - 1;
      if (arguments.is(index, "AUTH") && left >= 2) {
        byte[] user = arguments.bytes(index + 1);
        if (!ConnectionCommands.authenticate(request, user, arguments.bytes(index + 2))) {
          return false;
        }
        index += 2;
      } else if (arguments.is(index, "SETNAME") && left >= 1) {
        String name = arguments.text(index + 1);
        if (!ClientCommand.isName(name)) {
          request.fail(ClientCommand.BAD_NAME);
          return false;
        }
        request.client().name(name);
        index++;
      } else {
        request.fail("ERR Syntax error in HELLO option '" + arguments.quoted(index) + "'");
        return false;
      }
    }
    return true;
  }

  private static void reply(CommandRequest request, int protocol) {
    ReplyWriter reply = request.reply();
    reply.map(7);
    reply.bulk("server");
    reply.bulk("wisp");
    reply.bulk("version");
    reply.bulk(ServerCommands.COMPATIBLE_VERSION);
    reply.bulk("proto");
    reply.integer(protocol);
    reply.bulk("id");
    reply.integer(request.client().id());
    reply.bulk("mode");
    reply.bulk(request.server().member() == null ? "standalone" : "cluster");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
  }
}
