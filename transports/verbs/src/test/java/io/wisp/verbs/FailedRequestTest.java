// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class FailedRequestTest {

  private static final ConnectionOptions IMPATIENT =
      ConnectionOptions.DEFAULT.withRetries(1, 1).withReceiverNotReady(0, 1);

  private final SendBatch sends = new SendBatch(2);

  private CompletionStatus statusAfterPosting(Loopback loopback) {
    sends.id(0, 31).flags(0, SendFlags.SIGNALED);
    loopback.nearPair.post(sends, 1);
    loopback.await(loopback.nearQueue, 1);
    assertThat(loopback.completions.id(0)).isEqualTo(31);
    CompletionStatus status = loopback.completions.status(0);
    assertThat(loopback.completions.describe(0))
        .startsWith("request 31 of queue pair " + loopback.nearPair.number() + ": ")
        .contains(status == CompletionStatus.SUCCESS ? "completed" : status.text());
    return status;
  }

  @Test
  void shouldReportARemoteKeyThatDoesNotExist() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      loopback.nearPiece(sends, 8).read(0, loopback.far.address(), loopback.far.rkey() + 0x100);
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
      assertThat(loopback.nearPair.query().state()).isEqualTo(QueuePairState.ERROR);
    }
  }

  @Test
  void shouldReportARemoteAddressOutsideTheRegion() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      loopback
          .nearPiece(sends, 8)
          .write(0, loopback.far.address() + loopback.far.length() - 4, loopback.far.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldReportAnOperationThatTheRegionDoesNotPermit() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      MemoryRegion readable =
          loopback.domain.register(loopback.far.segment(), AccessFlag.REMOTE_READ);
      loopback.nearPiece(sends, 8).read(0, readable.address(), readable.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.SUCCESS);
      sends.write(0, readable.address(), readable.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldReportAnOperationThatThePeersQueuePairDoesNotPermit() {
    try (Loopback loopback =
        new Loopback(QueuePairType.RC, ConnectionOptions.DEFAULT, AccessFlag.REMOTE_READ)) {
      loopback.nearPiece(sends, 8).read(0, loopback.far.address(), loopback.far.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.SUCCESS);
      sends.write(0, loopback.far.address(), loopback.far.rkey());
      assertThat(statusAfterPosting(loopback))
          .isIn(CompletionStatus.REM_INV_REQ_ERR, CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldReportALocalKeyThatDoesNotExist() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      sends
          .local(0, loopback.near.address(), 8, loopback.near.lkey() + 0x100)
          .write(0, loopback.far.address(), loopback.far.rkey());
      assertThat(statusAfterPosting(loopback))
          .isIn(CompletionStatus.LOC_PROT_ERR, CompletionStatus.LOC_QP_OP_ERR);
    }
  }

  @Test
  void shouldReportAPeerWithoutAReceive() {
    try (Loopback loopback =
        new Loopback(QueuePairType.RC, IMPATIENT.withRetries(14, 7), Loopback.EVERYTHING)) {
      loopback.nearPiece(sends, 8).send(0);
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.RNR_RETRY_EXC_ERR);
    }
  }

  @Test
  void shouldReportAPeerThatIsGone() {
    try (Loopback loopback = new Loopback(QueuePairType.RC, IMPATIENT, Loopback.EVERYTHING)) {
      loopback.farPair.close();
      loopback.nearPiece(sends, 8).write(0, loopback.far.address(), loopback.far.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.RETRY_EXC_ERR);
    }
  }

  @Test
  void shouldReportAMessageThatIsTooLongForItsReceive() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      ReceiveBatch receives = new ReceiveBatch(1);
      receives.id(0, 5).local(0, loopback.far.address(), 4, loopback.far.lkey());
      loopback.farPair.post(receives, 1);
      loopback.nearPiece(sends, 8).send(0);
      assertThat(statusAfterPosting(loopback))
          .isIn(CompletionStatus.REM_INV_REQ_ERR, CompletionStatus.REM_OP_ERR);
      loopback.await(loopback.farQueue, 1);
      assertThat(loopback.completions.status(0))
          .isIn(CompletionStatus.LOC_LEN_ERR, CompletionStatus.LOC_QP_OP_ERR);
      assertThat(loopback.completions.id(0)).isEqualTo(5);
    }
  }

  @Test
  void shouldFlushWhatIsPostedWhenAQueuePairFails() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      ReceiveBatch receives = new ReceiveBatch(3);
      receives.id(0, 1).id(1, 2).id(2, 3);
      loopback.nearPair.post(receives, 3);
      loopback.nearPair.fail();
      WorkCompletions completions = new WorkCompletions(3);
      int flushed = 0;
      while (flushed < 3) {
        int count = loopback.nearQueue.poll(completions);
        for (int i = 0; i < count; i++) {
          assertThat(completions.status(i)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
          assertThat(completions.id(i)).isEqualTo(++flushed);
        }
      }
      sends.send(0);
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    }
  }

  @Test
  void shouldWorkAgainAfterAResetAndANewConnection() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      loopback.nearPiece(sends, 8).read(0, loopback.far.address(), loopback.far.rkey() + 0x100);
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
      for (QueuePair pair : new QueuePair[] {loopback.nearPair, loopback.farPair}) {
        pair.reset();
        assertThat(pair.query().state()).isEqualTo(QueuePairState.RESET);
        pair.init(loopback.port, Loopback.EVERYTHING);
      }
      QueuePairAddress near = loopback.nearPair.address(loopback.port);
      QueuePairAddress far = loopback.farPair.address(loopback.port);
      loopback.nearPair.connect(loopback.port, near, far, ConnectionOptions.DEFAULT);
      loopback.farPair.connect(loopback.port, far, near, ConnectionOptions.DEFAULT);
      sends.read(0, loopback.far.address(), loopback.far.rkey());
      assertThat(statusAfterPosting(loopback)).isEqualTo(CompletionStatus.SUCCESS);
    }
  }
}
