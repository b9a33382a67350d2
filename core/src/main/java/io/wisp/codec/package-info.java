// SPDX-License-Identifier: Apache-2.0
/**
 * The binary protocol: requests and replies as frames of bytes, and what executes them. {@code
 * PROTOCOL.md} beside this module says what every byte means.
 */
@NullMarked
package io.wisp.codec;

import org.jspecify.annotations.NullMarked;
