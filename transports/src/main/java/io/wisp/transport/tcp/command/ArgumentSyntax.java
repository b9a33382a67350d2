// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an argument of a command is written, as COMMAND DOCS tells it.
 *
 * @param token the word that stands before it, or that it is; null if there is none
 * @param keySpec which of Redis' key specifications of the command it is of, if it is a key
 * @param optional whether it may be left out
 * @param multiple whether it may be given again and again
 * @param arguments those of which it is one, or all; else there are none
 * @see <a href="https://redis.io/docs/latest/develop/reference/command-arguments/">its fields</a>
 */
record ArgumentSyntax(
    String name,
    ArgumentType type,
    @Nullable String token,
    int keySpec,
    boolean optional,
    boolean multiple,
    List<ArgumentSyntax> arguments) {

  /** The same, which may be left out. */
  ArgumentSyntax asOptional() {
    return new ArgumentSyntax(name, type, token, keySpec, true, multiple, arguments);
  }

  /** Appends the arguments of a command, or those of another argument. */
  static void write(ReplyWriter reply, List<ArgumentSyntax> arguments) {
    reply.array(arguments.size());
    arguments.forEach(argument -> argument.write(reply));
  }

  private void write(ReplyWriter reply) {
    reply.map(fields());
    reply.bulk("name");
    reply.bulk(name);
    reply.bulk("type");
    reply.bulk(type.text());
    if (type == ArgumentType.KEY) {
      reply.bulk("key_spec_index");
      reply.integer(keySpec);
    }
    if (token != null) {
      reply.bulk("token");
      reply.bulk(token);
    }
    if (optional || multiple) {
      reply.bulk("flags");
      writeFlags(reply);
    }
    if (!arguments.isEmpty()) {
      reply.bulk("arguments");
      write(reply, arguments);
    }
  }

  private int fields() {
    int fields = 2;
    fields += type == ArgumentType.KEY ? 1 : 0;
    fields += token != null ? 1 : 0;
    fields += optional || multiple ? 1 : 0;
    fields += arguments.isEmpty() ? 0 : 1;
    return fields;
  }

  private void writeFlags(ReplyWriter reply) {
    reply.set(optional && multiple ? 2 : 1);
    if (optional) {
      reply.simple("optional");
    }
    if (multiple) {
      reply.simple("multiple");
    }
  }
}
