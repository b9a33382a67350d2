// SPDX-License-Identifier: Apache-2.0
/** What serves a store: every transport at once, and the thread that keeps its memory in order. */
@NullMarked
package io.wisp.server;

import org.jspecify.annotations.NullMarked;
