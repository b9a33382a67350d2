// SPDX-License-Identifier: Apache-2.0
/** The transport that does nothing but answer, inside the process: it prices a harness. */
@NullMarked
package io.wisp.transport.nothing;

import org.jspecify.annotations.NullMarked;
