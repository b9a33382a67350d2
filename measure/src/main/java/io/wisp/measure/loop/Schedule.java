// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

/** When the requests of one client are due. It allocates nothing once made. */
interface Schedule {

  /** How many requests there are. */
  long requests();

  /**
   * When the next one is due, in nanoseconds from the start; never before the one before it. Called
   * once for each request.
   */
  long next();
}
