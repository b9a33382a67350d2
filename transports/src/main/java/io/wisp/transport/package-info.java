// SPDX-License-Identifier: Apache-2.0
/** How requests travel: the interfaces of a transport, its server and its client. */
@NullMarked
package io.wisp.transport;

import org.jspecify.annotations.NullMarked;
