// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.RequestSource;
import io.wisp.measure.workload.WrongValueException;
import io.wisp.store.Slice;
import io.wisp.store.Status;

/**
 * Looks at each reply of an exchange. Belongs to its thread, and allocates nothing if all is well.
 */
@FunctionalInterface
public interface ReplyCheck {

  /**
   * Accepts a reply or throws, which ends the exchange.
   *
   * @param value what a get found, valid during the call; empty for all else
   */
  void check(RequestKind kind, long keyNumber, Status status, Slice value);

  /**
   * The values alone, as the source of the requests judges them. What else comes of requests is
   * counted.
   *
   * @throws WrongValueException in the check, if a value cannot have been written for its key
   */
  static ReplyCheck ofValues(RequestSource source) {
    return (kind, keyNumber, status, value) -> {
      String fault =
          kind == RequestKind.GET && status == Status.FOUND
              ? source.faultOf(keyNumber, value)
              : null;
      if (fault != null) {
        throw new WrongValueException(fault);
      }
    };
  }
}
