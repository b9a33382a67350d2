// SPDX-License-Identifier: Apache-2.0
/** What the machine itself costs, without any of Wisp: floors and rulers to compare with. */
@NullMarked
package io.wisp.bench.floor;

import org.jspecify.annotations.NullMarked;
