// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.transport.ring.handshake.ControlMessage.FaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What arrives on a control connection, in one piece, and so many bytes at a time as the first two
 * say.
 */
class ControlMessageFuzzTest extends FuzzTest {

  @Override
  protected int maxLength() {
    return 3 * ControlMessage.MAX_LENGTH;
  }

  @Override
  protected void check(byte[] input) throws Exception {
    if (input.length < 2) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(input);
    int atATime = 1 + Short.toUnsignedInt(bytes.getShort());
    List<Object> whole = readAll(new Trickle(bytes.slice(), Integer.MAX_VALUE));
    assertThat(readAll(new Trickle(bytes.slice(), atATime))).isEqualTo(whole);
    for (Object each : whole) {
      if (each instanceof ControlMessage message) {
        assertThat(decodedAgain(message)).isEqualTo(message);
      }
    }
  }

  /** The messages, and what is wrong behind them. */
  private static List<Object> readAll(Trickle channel) throws IOException {
    ControlInput input = new ControlInput();
    List<Object> read = new ArrayList<>();
    try {
      @Nullable ControlMessage message = null;
      while (message != null || !input.ended()) {
        message = input.read(channel);
        if (message != null) {
          read.add(message);
        }
      }
    } catch (FaultException e) {
      read.add(String.valueOf(e.getMessage()));
    }
    return read;
  }

  private static @Nullable ControlMessage decodedAgain(ControlMessage message)
      throws IOException, FaultException {
    ByteBuffer encoded = message.encode();
    ByteBuffer body = encoded.slice(Integer.BYTES, encoded.remaining() - Integer.BYTES);
    return ControlMessage.decode(body.order(ByteOrder.LITTLE_ENDIAN));
  }
}
