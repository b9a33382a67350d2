// SPDX-License-Identifier: Apache-2.0
/** The server: threads that serve their share of the connections, each by its rings. */
@NullMarked
package io.wisp.transport.ring.server;

import org.jspecify.annotations.NullMarked;
