// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import java.util.SplittableRandom;

/** Says which key comes next. It belongs to one client, and allocates nothing. */
@FunctionalInterface
public interface KeyChooser {

  /** The number of a key, from 0. */
  long next(SplittableRandom random);
}
