// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ring.handshake.ControlMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything by the rings, over a store whose table nobody can read. */
public abstract class RingContractTest extends TransportContractTest {

  private static final ControlMessage HELLO =
      new ControlMessage.Hello(ControlMessage.VERSION, null);

  /** More than the answer of any fabric has. */
  private static final int LONGEST_ANSWER = 128;

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.RING);
  }

  /** So large an index that the server looks at the requests that wait behind the first. */
  @Test
  void shouldCompleteInTheOrderOfSubmissionBeforeALargeTable() {
    CuckooStore large =
        closedAfterwards(
            CuckooStore.open(CuckooStore.Options.ofCapacity(16L << 20).fixedBuckets(1 << 15)));
    assertThat(large.prefetcher().isUseful()).isTrue();
    checkOrderOfCompletion(serve(large, serverOptions()), 64);
  }

  /** What is no message, what is none at its time, and right beginnings that lead to nonsense. */
  @Override
  protected List<byte[]> garbage() {
    List<byte[]> garbage = new ArrayList<>();
    garbage.add("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
    garbage.add("*1\r\n$4\r\nPING\r\n".getBytes(UTF_8));
    Stream.of("00000000", "ffffffff", "0120000000", "0100000000", "0100000003", "01000000ff")
        .map(HexFormat.of()::parseHex)
        .forEach(garbage::add);
    garbage.add(bytes(new ControlMessage.Ready()));
    garbage.add(bytes(answer(0)));
    garbage.add(bytes(new ControlMessage.Hello(ControlMessage.VERSION + 1, null)));
    garbage.add(bytes(HELLO, HELLO));
    for (int length = 4; length <= LONGEST_ANSWER; length += 4) {
      garbage.add(bytes(HELLO, answer(length)));
    }
    return garbage;
  }

  /** An answer in which every number is the largest that there is. */
  private static ControlMessage answer(int length) {
    byte[] nonsense = new byte[length];
    Arrays.fill(nonsense, (byte) 0xFF);
    return new ControlMessage.Answer(ByteBuffer.wrap(nonsense));
  }

  private static byte[] bytes(ControlMessage... messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ControlMessage each : messages) {
      ByteBuffer encoded = each.encode();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }
}
