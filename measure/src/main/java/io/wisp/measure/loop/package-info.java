// SPDX-License-Identifier: Apache-2.0
/**
 * When requests go out: closed and open loops over one connection each, at a rate or as fast as
 * replies come.
 */
@NullMarked
package io.wisp.measure.loop;

import org.jspecify.annotations.NullMarked;
