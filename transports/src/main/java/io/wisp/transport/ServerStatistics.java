// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * What a server has done since it started.
 *
 * @param connections clients connected now
 * @param accepted connections ever accepted
 * @param rejected connections refused or closed because of a limit
 * @param requests requests executed, refused ones included
 * @param malformed requests whose bytes were no request
 */
public record ServerStatistics(
    long connections, long accepted, long rejected, long requests, long malformed) {}
