// SPDX-License-Identifier: Apache-2.0
/**
 * The commands of the server. {@link io.wisp.transport.tcp.command.Commands} lists them; each works
 * with a {@link io.wisp.transport.tcp.command.CommandRequest}: the arguments, the store, the client
 * and the reply.
 */
@NullMarked
package io.wisp.transport.tcp.command;

import org.jspecify.annotations.NullMarked;
