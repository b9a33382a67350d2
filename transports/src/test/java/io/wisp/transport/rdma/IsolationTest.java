// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.handshake.ServerOffer;
import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.CompletionQueue;
import io.wisp.verbs.CompletionStatus;
import io.wisp.verbs.ConnectionOptions;
import io.wisp.verbs.Context;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.QueuePairAddress;
import io.wisp.verbs.QueuePairOptions;
import io.wisp.verbs.QueuePairType;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.WorkCompletions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client that makes its own requests can reach of a server. */
@Tag("rdma")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IsolationTest {

  private static final int LENGTH = 64;

  private final CuckooStore store = CuckooStore.open(1L << 20);
  private final RdmaServerFabric fabric =
      new RdmaServerFabric(
          ServerRails.open(DeviceChoice.ANY, RdmaPair.NOWHERE.getAddress(), store, true),
          8,
          AckTimeout.DEFAULT);
  private final RdmaPort port = (RdmaPort) fabric.openPort(Waiting.POLL);
  private final Intruder intruder;
  private final Intruder other;

  IsolationTest() {
    store.put(Slice.of("key"), Slice.of("value"));
    intruder = new Intruder(1);
    other = new Intruder(2);
  }

  @AfterEach
  void close() {
    intruder.close();
    other.close();
    port.close();
    fabric.close();
    store.close();
  }

  /** A client of the server's fabric with queue pairs of its own. */
  private final class Intruder implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final Context context = Verbs.open();
    private final LocalPort local = context.selectPort();
    private final ProtectionDomain domain = context.createProtectionDomain();
    private final CompletionQueue queue = context.createCompletionQueue(64);
    private final MemoryRegion memory =
        domain.register(
            arena.allocate(4_096, 4_096), AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE);
    private final QueuePair ringPair = pair();
    private final QueuePair readPair = pair();
    private final SendBatch request = new SendBatch(1);
    private final WorkCompletions completions = new WorkCompletions(1);
    private final EndAddress server;
    private final RemoteBuffer table;
    private final RdmaMemory connection;

    private QueuePair pair() {
      return domain.createQueuePair(new QueuePairOptions(QueuePairType.RC, queue));
    }

    private QueuePairAddress address(QueuePair pair) {
      return pair.address(local);
    }

    Intruder(int number) {
      ServerOffer offer = fabric.offer(port, RdmaPair.RING, RdmaPair.NOWHERE);
      table = offer.table();
      server = EndAddress.decode(offer.encoded());
      QueuePairAddress ring = address(ringPair);
      QueuePairAddress read = address(readPair);
      for (QueuePair each : new QueuePair[] {ringPair, readPair}) {
        each.init(local, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE);
      }
      ringPair.connect(local, ring, server.ringPair(), ConnectionOptions.DEFAULT);
      readPair.connect(local, read, server.readPair(), ConnectionOptions.DEFAULT);
      ByteBuffer answer =
          ByteBuffer.allocate(EndAddress.ENCODED_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      new EndAddress(ring, read, memory.address(), memory.rkey(), 1, 1).encode(answer);
      connection = (RdmaMemory) offer.accept(number, answer.flip());
      port.attach(connection);
    }

    CompletionStatus write(QueuePair pair, long address, int key) {
      request.write(0, address, key);
      return complete(pair);
    }

    CompletionStatus read(QueuePair pair, long address, int key) {
      request.read(0, address, key);
      return complete(pair);
    }

    private CompletionStatus complete(QueuePair pair) {
      memory.segment().asSlice(0, LENGTH).fill((byte) 0x5A);
      request.local(0, memory.address(), LENGTH, memory.lkey()).flags(0, SendFlags.SIGNALED);
      pair.post(request, 1);
      RdmaPair.await(() -> queue.poll(completions) == 1);
      return completions.status(0);
    }

    byte firstByte() {
      return memory.segment().get(ValueLayout.JAVA_BYTE, 0);
    }

    @Override
    public void close() {
      connection.close();
      context.close();
      arena.close();
    }
  }

  private static byte[] copy(MemorySegment memory) {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private static MemorySegment ring(Intruder of) {
    return of.connection.incoming();
  }

  @Test
  void shouldLetAClientWriteIntoItsOwnRing() {
    long address = intruder.server.mailboxAddress() + Mailbox.RING_OFFSET;
    assertThat(intruder.write(intruder.ringPair, address, intruder.server.mailboxKey()))
        .isEqualTo(CompletionStatus.SUCCESS);
    assertThat(copy(ring(intruder).asSlice(0, LENGTH))).containsOnly(0x5A);
  }

  @Test
  void shouldLetAClientReadTheTable() {
    RemoteBuffer table = intruder.table;
    assertThat(table.length()).isEqualTo(store.region().byteSize());
    assertThat(intruder.read(intruder.readPair, table.address(), table.key()))
        .isEqualTo(CompletionStatus.SUCCESS);
    assertThat(intruder.memory.segment().asSlice(0, LENGTH))
        .satisfies(
            read -> assertThat(read.mismatch(store.region().asSlice(0, LENGTH))).isEqualTo(-1));
  }

  @Test
  void shouldNotLetAClientWriteIntoTheTableByItsRingPair() {
    byte[] before = copy(store.region());
    RemoteBuffer table = intruder.table;
    assertThat(intruder.write(intruder.ringPair, table.address(), table.key()))
        .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    assertThat(copy(store.region())).isEqualTo(before);
  }

  @Test
  void shouldNotLetAClientWriteIntoTheTableByItsReadPair() {
    byte[] before = copy(store.region());
    RemoteBuffer table = intruder.table;
    assertThat(intruder.write(intruder.readPair, table.address(), table.key()))
        .isIn(CompletionStatus.REM_ACCESS_ERR, CompletionStatus.REM_INV_REQ_ERR);
    assertThat(copy(store.region())).isEqualTo(before);
  }

  @Test
  void shouldNotLetAClientWriteIntoTheRingOfAnother() {
    long address = other.server.mailboxAddress() + Mailbox.RING_OFFSET;
    int key = other.server.mailboxKey();
    assertThat(intruder.write(intruder.ringPair, address, key))
        .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    assertThat(copy(ring(other))).containsOnly(0);
    assertThat(other.write(other.ringPair, address, key)).isEqualTo(CompletionStatus.SUCCESS);
    assertThat(ring(other).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x5A);
  }

  @Test
  void shouldNotLetAClientWriteIntoTheRingOfAnotherByItsReadPair() {
    long address = other.server.mailboxAddress() + Mailbox.RING_OFFSET;
    assertThat(intruder.write(intruder.readPair, address, other.server.mailboxKey()))
        .isIn(CompletionStatus.REM_ACCESS_ERR, CompletionStatus.REM_INV_REQ_ERR);
    assertThat(copy(ring(other))).containsOnly(0);
  }

  @Test
  void shouldNotLetAClientWriteBeyondItsOwnRing() {
    long end = intruder.server.mailboxAddress() + Mailbox.length(RdmaPair.RING);
    assertThat(intruder.write(intruder.ringPair, end - LENGTH / 2, intruder.server.mailboxKey()))
        .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    assertThat(copy(ring(intruder).asSlice(RdmaPair.RING - LENGTH, LENGTH))).containsOnly(0);
  }

  @Test
  void shouldNotLetAClientReadRings() {
    long address = other.server.mailboxAddress();
    int key = other.server.mailboxKey();
    assertThat(intruder.read(intruder.readPair, address, key))
        .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    assertThat(intruder.firstByte()).isEqualTo((byte) 0x5A);
    assertThat(intruder.read(intruder.ringPair, address, key))
        .isIn(CompletionStatus.REM_ACCESS_ERR, CompletionStatus.REM_INV_REQ_ERR);
    assertThat(intruder.firstByte()).isEqualTo((byte) 0x5A);
  }

  @Test
  void shouldTellTheServerOfAClientThatDidWhatItMayNot() {
    RemoteBuffer table = intruder.table;
    CompletionStatus status = intruder.write(intruder.ringPair, table.address(), table.key());
    assertThat(status).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    RdmaPair.await(
        () -> {
          boolean ignored = port.poll();
          return intruder.connection.broken() != null;
        });
    assertThat(intruder.connection.broken()).contains("what it may not");
    assertThat(port.nextReady()).isEqualTo(1);
    assertThat(other.connection.broken()).isNull();
  }
}
