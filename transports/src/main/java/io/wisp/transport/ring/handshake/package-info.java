// SPDX-License-Identifier: Apache-2.0
/**
 * The control connection (a stream socket) and what is said on it: in a handshake the two sides
 * tell each other where their memory is. Then it stays open, silent: its end is how each side
 * learns of the other's.
 */
@NullMarked
package io.wisp.transport.ring.handshake;

import org.jspecify.annotations.NullMarked;
