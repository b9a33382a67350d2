// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/** The limits that every store, codec and transport of Wisp shares. Lengths are in bytes. */
public final class Limits {

  /** The longest key. A key has at least one byte. */
  public static final int MAX_KEY_LENGTH = 65_535;

  /** The longest value: 64 MiB. A value may be empty. */
  public static final int MAX_VALUE_LENGTH = 64 << 20;

  private Limits() {}
}
