// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * Work on a whole store, in steps of bounded length, so that a thread which serves others as well
 * can do so in between. Belongs to one thread at a time; it may be left unfinished.
 */
@FunctionalInterface
public interface Steps {

  /** Does the next step; the answer is whether there is more to do. */
  boolean next();
}
