// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

/**
 * One of the GIDs of a port.
 *
 * @param gid the address
 * @param index its place in the port's table, by which a queue pair chooses it
 * @param type what packets it stands for
 * @param interfaceIndex the number of the network interface it belongs to, or 0
 */
public record GidEntry(Gid gid, int index, GidType type, int interfaceIndex) {}
