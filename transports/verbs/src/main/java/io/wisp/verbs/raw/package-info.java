// SPDX-License-Identifier: Apache-2.0
/**
 * The C side as it is: structures, constants and functions of {@code infiniband/verbs.h} and the
 * few of the C library that event channels need. Nothing here checks, remembers or closes anything;
 * use {@link io.wisp.verbs} instead, which does.
 *
 * <p>A test compiles a C program against the installed header and holds every structure and
 * constant of this package against what it prints, so a definition that is added here is checked
 * without further ado.
 */
@NullMarked
package io.wisp.verbs.raw;

import org.jspecify.annotations.NullMarked;
