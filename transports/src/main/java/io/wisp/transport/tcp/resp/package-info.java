// SPDX-License-Identifier: Apache-2.0
/**
 * The bytes of RESP, the protocol of Redis: what a request or a reply is made of, read where it
 * lies and appended to a buffer.
 */
@NullMarked
package io.wisp.transport.tcp.resp;

import org.jspecify.annotations.NullMarked;
