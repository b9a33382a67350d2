package io.wisp.cli.perf;

import io.wisp.cli.common.Range;
import io.wisp.store.Limits;

/**
 * What the perf client does.
 *
 * @param keySize decimal digits of a key
 * @param payloadSize bytes of a value
 * @param requests requests measured, of all clients together
 * @param warmup requests before them that are not measured, of all clients together
 * @param clients connections, each with a thread of its own
 * @param pipeline requests that a client sends before it waits for all of their replies
 * @param mix which operations
 * @param seed what keys and operations are drawn from
 */
record PerfSettings(
    int keySize,
    int payloadSize,
    long requests,
    long warmup,
    int clients,
    int pipeline,
    OperationMix mix,
    long seed) {

  private static final Range PAYLOADS = new Range(0, Limits.MAX_VALUE_LENGTH);
  private static final Range REQUESTS = new Range(1, 1_000_000_000_000L);
  private static final Range WARMUPS = new Range(0, 1_000_000_000_000L);
  private static final Range CLIENTS = new Range(1, 1024);
  private static final Range PIPELINES = new Range(1, 65_536);

  /** Throws a usage error that names the first option beyond its limits. */
  PerfSettings {
    DecimalKeys.DIGITS.check("--key_size", keySize);
    PAYLOADS.check("--payload_size", payloadSize);
    REQUESTS.check("--requests", requests);
    WARMUPS.check("--warmup", warmup);
    CLIENTS.check("--clients", clients);
    PIPELINES.check("--pipeline", pipeline);
  }

  /** How many of {@code total} requests the client of an index has to do. */
  long share(long total, int client) {
    return total / clients + (client < total % clients ? 1 : 0);
  }
}
