// SPDX-License-Identifier: Apache-2.0
/**
 * A log of the writes of a store, kept by Apache Ratis. So far a group has one member, and the log
 * makes what one server acknowledges last: the README of this module says what is promised.
 */
@NullMarked
package io.wisp.replication;

import org.jspecify.annotations.NullMarked;
