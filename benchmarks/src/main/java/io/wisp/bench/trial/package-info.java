/** Experiments that decided something, kept so that they can be repeated. */
@NullMarked
package io.wisp.bench.trial;

import org.jspecify.annotations.NullMarked;
