// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.transport.ring.handshake.ControlMessage.FaultException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What arrives on a control connection, in one piece and in two, which are cut where the first
 * bytes say.
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
    byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
    int cut =
        (Byte.toUnsignedInt(input[0]) << 8 | Byte.toUnsignedInt(input[1])) % (bytes.length + 1);
    List<Object> whole = new ArrayList<>();
    readAll(new ControlInput(), bytes, whole);
    List<Object> parts = new ArrayList<>();
    ControlInput input2 = new ControlInput();
    if (readAll(input2, Arrays.copyOf(bytes, cut), parts)) {
      readAll(input2, Arrays.copyOfRange(bytes, cut, bytes.length), parts);
    }
    assertThat(parts).isEqualTo(whole);
    for (Object each : whole) {
      if (each instanceof ControlMessage message) {
        assertThat(decodedAgain(message)).isEqualTo(message);
      }
    }
  }

  /** Adds the messages, and what is wrong behind them; says whether nothing is. */
  private static boolean readAll(ControlInput input, byte[] bytes, List<Object> into)
      throws IOException {
    ReadableByteChannel channel = new Open(bytes);
    try {
      while (true) {
        ControlMessage message = input.read(channel);
        if (message != null) {
          into.add(message);
        } else if (!channel.isOpen()) {
          return true;
        }
      }
    } catch (FaultException e) {
      into.add(String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static @Nullable ControlMessage decodedAgain(ControlMessage message)
      throws IOException, FaultException {
    ByteBuffer encoded = message.encode();
    ByteBuffer body = encoded.slice(Integer.BYTES, encoded.remaining() - Integer.BYTES);
    return ControlMessage.decode(body.order(ByteOrder.LITTLE_ENDIAN));
  }

  /** A connection that is not at its end when its bytes are; it is not open when they are read. */
  private static final class Open implements ReadableByteChannel {

    private final ByteArrayInputStream bytes;
    private final ReadableByteChannel channel;

    Open(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.channel = Channels.newChannel(this.bytes);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return Math.max(0, channel.read(target));
    }

    @Override
    public boolean isOpen() {
      return bytes.available() > 0;
    }

    @Override
    public void close() {}
  }
}
