// SPDX-License-Identifier: Apache-2.0
/** Questions to the JVM about how the transport wakes who sleeps. */
@NullMarked
package io.wisp.transport.shm;

import org.jspecify.annotations.NullMarked;
