// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.testing.Property;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.handshake.ControlMessage.FaultException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlMessageTest {

  private static ByteBuffer bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed + 31 * i);
    }
    return ByteBuffer.wrap(bytes);
  }

  static List<ControlMessage> messages() {
    return List.of(
        new ControlMessage.Hello(1, null),
        new ControlMessage.Hello(-1, bytes(0, 1)),
        new ControlMessage.Hello(7, ByteBuffer.wrap("geheim".getBytes(UTF_8))),
        new ControlMessage.Hello(1, bytes(ControlMessage.MAX_PASSWORD_LENGTH, 3)),
        new ControlMessage.Welcome(
            1,
            1 << 18,
            -5,
            Long.MAX_VALUE,
            true,
            false,
            true,
            false,
            new RemoteBuffer(-1, -2, 3),
            bytes(12, 4)),
        new ControlMessage.Welcome(
            0,
            -1,
            0,
            0,
            false,
            true,
            false,
            true,
            RemoteBuffer.NONE,
            bytes(ControlMessage.MAX_FABRIC_LENGTH, 5)),
        new ControlMessage.Refusal(""),
        new ControlMessage.Refusal("das Paßwort ist falsch"),
        new ControlMessage.Answer(bytes(0, 6)),
        new ControlMessage.Answer(bytes(ControlMessage.MAX_FABRIC_LENGTH, 6)),
        new ControlMessage.Answer(bytes(40, 6), true),
        new ControlMessage.Ready(),
        new ControlMessage.Ready(new RemoteBuffer(7, 8, 9)));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void shouldReadBackWhatItWrote(ControlMessage message) throws Exception {
    ByteBuffer encoded = message.encode();
    assertThat(encoded.order(ByteOrder.LITTLE_ENDIAN).getInt()).isEqualTo(encoded.remaining());
    assertThat(ControlMessage.decode(encoded)).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 4_096, 100_000})
  void shouldPutMessagesTogetherHoweverTheyArrive(int atATime) throws Exception {
    ByteBuffer all = ByteBuffer.allocate(1 << 20);
    messages().forEach(each -> all.put(each.encode()));
    Trickle channel = new Trickle(all.flip(), atATime);
    ControlInput input = new ControlInput();
    List<ControlMessage> read = new ArrayList<>();
    while (!input.ended()) {
      for (ControlMessage each = input.read(channel); each != null; each = input.read(channel)) {
        read.add(each);
      }
    }
    assertThat(read).isEqualTo(messages());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void shouldSeeNoMessageInPartOfOne(ControlMessage message) throws Exception {
    ByteBuffer encoded = message.encode();
    for (int length = 0; length < encoded.remaining(); length++) {
      ControlInput input = new ControlInput();
      Trickle channel = new Trickle(encoded.slice(0, length), 5_000);
      assertThat(input.read(channel)).isNull();
      assertThat(input.read(channel)).isNull();
      assertThat(input.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 8_193, Integer.MAX_VALUE, 0x47455420})
  void shouldRefuseALengthThatNoMessageHas(int length) {
    ByteBuffer head = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).flip();
    assertThatThrownBy(() -> new ControlInput().read(new Trickle(head, 100)))
        .isInstanceOf(FaultException.class)
        .hasMessage(
            "a message of " + Integer.toUnsignedString(length) + " bytes, and 8192 is the limit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Nothing, and types that there are not.
        "",
        "00",
        "07",
        "ff",
        // A hello that ends early, is of another protocol, or whose password is not that long.
        "01",
        "01 57 49 53 50 52 49 4e 47 01 00 00 00",
        "01 58 49 53 50 52 49 4e 47 01 00 00 00 ff ff ff ff",
        "01 57 49 53 50 52 49 4e 47 01 00 00 00 02 00 00 00 61",
        "01 57 49 53 50 52 49 4e 47 01 00 00 00 01 00 00 00 61 61",
        "01 57 49 53 50 52 49 4e 47 01 00 00 00 fe ff ff ff",
        "01 57 49 53 50 52 49 4e 47 01 00 00 00 01 10 00 00",
        // A welcome that ends early.
        "02",
        "02 01 00 00 00 00 00 04 00",
      })
  void shouldRefuseWhatIsNoMessage(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatThrownBy(
            () -> ControlMessage.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)))
        .isInstanceOf(FaultException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6})
  void shouldRefuseAnOfferThatIsTooLong(int type) {
    ByteBuffer bytes = ByteBuffer.allocate(8_192).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(0, (byte) type);
    assertThatThrownBy(() -> ControlMessage.decode(bytes))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("an offer of");
  }

  @Test
  void shouldCutAReasonThatIsTooLong() throws Exception {
    ByteBuffer encoded = new ControlMessage.Refusal("x".repeat(20_000)).encode();
    assertThat(encoded.order(ByteOrder.LITTLE_ENDIAN).getInt()).isEqualTo(4_097);
    assertThat(ControlMessage.decode(encoded))
        .isEqualTo(new ControlMessage.Refusal("x".repeat(4_096)));
  }

  @Test
  void anyBytesAreMessagesOrAFaultAndNothingElse() {
    Property.check(
        5_000,
        draw -> {
          long seed = draw.anyLong();
          SplittableRandom random = new SplittableRandom(seed);
          byte[] garbage = new byte[random.nextInt(200)];
          random.nextBytes(garbage);
          if (garbage.length > 5 && random.nextBoolean()) {
            ByteBuffer.wrap(garbage)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(1 + random.nextInt(garbage.length))
                .put((byte) random.nextInt(8));
          }
          Trickle channel = new Trickle(ByteBuffer.wrap(garbage), 1 + random.nextInt(50));
          ControlInput input = new ControlInput();
          try {
            @Nullable ControlMessage message = null;
            while (message != null || !input.ended()) {
              message = input.read(channel);
            }
          } catch (FaultException expected) {
            assertThat(expected.getMessage()).isNotBlank();
          }
        });
  }
}
