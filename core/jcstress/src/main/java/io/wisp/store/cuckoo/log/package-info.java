// SPDX-License-Identifier: Apache-2.0
/** Questions about what threads that share a segment may see of each other. */
@NullMarked
package io.wisp.store.cuckoo.log;

import org.jspecify.annotations.NullMarked;
