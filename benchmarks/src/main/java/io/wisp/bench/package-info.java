// SPDX-License-Identifier: Apache-2.0
/** The JMH suite and what it records. */
@NullMarked
package io.wisp.bench;

import org.jspecify.annotations.NullMarked;
