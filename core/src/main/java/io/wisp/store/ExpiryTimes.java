// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/** Expiries that are no times. All others are milliseconds since the epoch. */
public interface ExpiryTimes {

  /** The expiry of a record that does not expire. */
  long NEVER = 0;

  /** As an expiry to write: the record's own, if it has one. */
  long KEEP_EXPIRY = -1;
}
