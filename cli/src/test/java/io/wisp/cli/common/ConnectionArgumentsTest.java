// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.TimeSpan;
import io.wisp.measure.input.UserError;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConnectionArgumentsTest {

  private static <T> T parsed(T arguments, String... words) {
    new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(arguments))
        .registerConverter(Waiting.class, Waiting::ofWord)
        .registerConverter(GetPath.class, GetPath::ofWord)
        .registerConverter(Duration.class, TimeSpan::parse)
        .parseArgs(words);
    return arguments;
  }

  private static ConnectionArguments connection(String... words) {
    return parsed(new ConnectionArguments(), words);
  }

  @ParameterizedTest
  @CsvSource({
    "--busy-poll, POLL",
    "--wait=poll, POLL",
    "--wait=spin, SPIN",
    "--wait=sleep, SLEEP",
    "--busy-poll --wait=poll, POLL"
  })
  void shouldWaitAsItIsTold(String words, Waiting waiting) {
    assertThat(connection(words.split(" ", -1)).waiting()).isEqualTo(waiting);
  }

  @Test
  void shouldWaitAsTransportsDoUnlessToldOtherwise() {
    assertThat(connection().waiting()).isEqualTo(ClientOptions.defaults().waiting());
  }

  @Test
  void shouldLeaveTheChoiceOfTheDeviceToTheTransportUnlessToldOtherwise() {
    assertThat(connection().device()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlx5_0", "rxe0:1", "rxe0:255:255", "rxe0:1:0"})
  void shouldTakeADeviceWithOrWithoutPortAndGidIndex(String device) {
    assertThat(connection("--device", device).device()).isEqualTo(device);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "rxe0:one", "rxe0:0", "rxe0:1:256", "rxe0:1:2:3"})
  void shouldSayThatADeviceIsNone(String device) {
    assertThatThrownBy(() -> connection("--device", device).device())
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("--device: ")
        .hasMessageContaining("\"" + device + "\"");
  }

  @Test
  void shouldLeaveTheAckTimeoutToTheTransportUnlessToldOtherwise() {
    assertThat(connection().ackTimeout()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1ms, 1", "67ms, 67", "5s, 5000", "8796s, 8796000", "146m, 8760000"})
  void shouldTakeAnAckTimeoutThatADeviceCanKeep(String text, long milliseconds) {
    assertThat(connection("--ack-timeout", text).ackTimeout())
        .isEqualTo(Duration.ofMillis(milliseconds));
  }

  @ParameterizedTest
  @CsvSource({"0ms, 0", "0, 0", "8797s, 8797000", "3h, 10800000"})
  void shouldNameTheLimitsOfAnAckTimeoutThatNoDeviceKeeps(String text, long milliseconds) {
    assertThatThrownBy(() -> connection("--ack-timeout", text).ackTimeout())
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--ack-timeout: %sms is no ack timeout, which is longer than 0 and at most 8796s"
                .formatted(milliseconds));
  }

  @Test
  void shouldHandTheChoicesToTheTransport() {
    ConnectionArguments connection =
        connection("--wait", "sleep", "--device", "rxe0:1:3", "--ack-timeout", "67ms");
    ClientOptions options =
        parsed(new ClientArguments(), "--get", "ring", "--password", "x").options(connection);
    assertThat(options)
        .isEqualTo(
            ClientOptions.defaults()
                .withPassword("x")
                .withWaiting(Waiting.SLEEP)
                .withGetPath(GetPath.RING)
                .withDevice("rxe0:1:3")
                .withAckTimeout(Duration.ofMillis(67)));
  }

  @Test
  void shouldGetAsTransportsDoUnlessToldOtherwise() {
    assertThat(parsed(new ClientArguments()).options(connection()).getPath())
        .isEqualTo(GetPath.AUTO);
  }
}
