// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * What must hold for {@link Store#write} to write; otherwise it answers {@link Status#CONFLICT}.
 */
public enum WriteCondition {
  /** Nothing: create or replace. */
  ALWAYS,
  /** The key is absent (Redis: SET NX). */
  IF_ABSENT,
  /** The key is there (Redis: SET XX). */
  IF_PRESENT,
  /** The key is there and has the expected version. */
  IF_VERSION;

  /**
   * Whether it holds for a key.
   *
   * @param isPresent whether the key is there
   * @param version of its record, if it is
   */
  boolean holds(boolean isPresent, long version, long expectedVersion) {
    return switch (this) {
      case ALWAYS -> true;
      case IF_ABSENT -> !isPresent;
      case IF_PRESENT -> isPresent;
      case IF_VERSION -> isPresent && version == expectedVersion;
    };
  }
}
