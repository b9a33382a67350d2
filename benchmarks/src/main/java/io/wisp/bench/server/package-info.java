// SPDX-License-Identifier: Apache-2.0
/** The server that is measured, in a process of its own, and the cores that it and clients get. */
@NullMarked
package io.wisp.bench.server;

import org.jspecify.annotations.NullMarked;
