// SPDX-License-Identifier: Apache-2.0
/** Queues of bytes in native memory, and the budget that bounds what all of them take together. */
@NullMarked
package io.wisp.transport.tcp.buffer;

import org.jspecify.annotations.NullMarked;
