// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

/**
 * What belongs to a client's connection, whatever the client says.
 *
 * @param address of the client, with its port
 * @param localAddress of the server as the client sees it, with its port
 * @param end ends the connection, on any thread; the thread that serves it notices that
 */
public record ConnectedSocket(String address, String localAddress, Runnable end) {}
