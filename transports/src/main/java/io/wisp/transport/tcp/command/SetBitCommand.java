// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** SETBIT key offset value. */
final class SetBitCommand implements Command.Handler, Update<WorkingCopy> {

  private final Slice whole = new Slice();
  private long bit;
  private boolean one;
  private boolean wasOne;
  private boolean full;

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!BitCommands.isBitOffset(arguments, 2)) {
      request.fail(Errors.NOT_A_BIT_OFFSET);
      return;
    }
    bit = arguments.number();
    if (!arguments.isNumber(3) || (arguments.number() != 0 && arguments.number() != 1)) {
      request.fail("ERR bit is not an integer or out of range");
      return;
    }
    one = arguments.number() == 1;
    full = false;
    WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH);
    Status status = request.update(request.key(1), copy, this);
    if (status.isError()) {
      request.fail(status);
    } else if (full) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else {
      request.reply().bool(wasOne);
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    int length = (int) (bit >>> 3) + 1;
    full = copy.isFull() || !copy.extend(length);
    if (full) {
      return Change.NONE;
    }
    wasOne = copy.setBit(bit, one);
    copy.pointAt(whole);
    boolean wasThere = copy.isFound() && length <= copy.valueLength();
    return wasThere && wasOne == one ? Change.NONE : Change.WRITE;
  }

  @Override
  public Slice value() {
    return whole;
  }
}
