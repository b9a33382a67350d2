// SPDX-License-Identifier: Apache-2.0
/** The client: requests by way of the rings, and gets that read the server's table. */
@NullMarked
package io.wisp.transport.ring.client;

import org.jspecify.annotations.NullMarked;
