// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.nio.charset.StandardCharsets;

/** Appends the requests of a client to a buffer: arrays of bulk strings. */
final class RequestWriter {

  private static final byte[] SET = request(3, "SET");
  private static final byte[] SET_EXPIRING = request(5, "SET");
  private static final byte[] SET_KEEPING = request(4, "SET");
  private static final byte[] PX = "$2\r\nPX\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PXAT = "$4\r\nPXAT\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEPTTL = "$7\r\nKEEPTTL\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ADD = request(3, "INCRBY");
  private static final byte[] GET = request(2, "GET");
  private static final byte[] DELETE = request(2, "DEL");
  private static final byte[] EXISTS = request(2, "EXISTS");
  private static final byte[] TIME_TO_LIVE = request(2, "PTTL");
  private static final byte[] WATCH = request(2, "WATCH");

  /** More than what a request has besides its key and value. */
  private static final int OVERHEAD = 256;

  private static final int MAX_BYTES_PER_CHAR = 3;

  private final NativeBuffer output;
  private final ReplyWriter elements;

  /** How much the buffer held before the request that was begun last. */
  private int before;

  RequestWriter(NativeBuffer output) {
    this.output = output;
    elements = new ReplyWriter(output);
  }

  void put(Slice key, Slice value) {
    ensureRoomFor(key, value);
    output.append(SET);
    bulk(key);
    bulk(value);
  }

  void put(Slice key, Slice value, long timeToLiveMillis) {
    ensureRoomFor(key, value);
    output.append(SET_EXPIRING);
    bulk(key);
    bulk(value);
    output.append(PX);
    elements.bulk(Long.toString(timeToLiveMillis));
  }

  /**
   * A put that expires.
   *
   * @param expiresAt milliseconds since the epoch, or {@link Store#KEEP_EXPIRY}; a time before both
   *     counts as long past
   */
  void putUntil(Slice key, Slice value, long expiresAt) {
    ensureRoomFor(key, value);
    boolean keeps = expiresAt == Store.KEEP_EXPIRY;
    output.append(keeps ? SET_KEEPING : SET_EXPIRING);
    bulk(key);
    bulk(value);
    output.append(keeps ? KEEPTTL : PXAT);
    if (!keeps) {
      elements.bulk(Long.toString(Math.max(1, expiresAt)));
    }
  }

  void add(Slice key, long amount) {
    ensureRoomFor(key.length() + OVERHEAD);
    output.append(ADD);
    bulk(key);
    elements.bulk(Long.toString(amount));
  }

  /** Makes room for so many requests of so many bytes of keys and values, or appends nothing. */
  void reserve(int count, long bytes) {
    ensureRoomFor(Math.toIntExact(bytes + (count + 1L) * 2 * OVERHEAD));
  }

  private void ensureRoomFor(Slice key, Slice value) {
    ensureRoomFor(key.length() + value.length() + OVERHEAD);
  }

  /** How much is appended, for {@link #takeBack}. */
  int mark() {
    return output.size();
  }

  /** Takes back what was appended since a mark, which was not sent. */
  void takeBack(int mark) {
    output.truncate(output.start() + mark);
  }

  /** Begins a request, so that either it is appended as a whole or nothing. */
  private void ensureRoomFor(int length) {
    before = mark();
    try {
      output.ensureWritable(length);
    } catch (BufferLimitException e) {
      throw new TransportException("the request cannot be held to be sent: " + e.getMessage(), e);
    }
  }

  void get(Slice key) {
    request(GET, key);
  }

  void delete(Slice key) {
    request(DELETE, key);
  }

  void exists(Slice key) {
    request(EXISTS, key);
  }

  void watch(Slice key) {
    request(WATCH, key);
  }

  void timeToLive(Slice key) {
    request(TIME_TO_LIVE, key);
  }

  private void request(byte[] head, Slice key) {
    ensureRoomFor(key.length() + OVERHEAD);
    output.append(head);
    bulk(key);
  }

  /** A request of words. */
  void words(String... words) {
    int length = OVERHEAD;
    for (String word : words) {
      length += MAX_BYTES_PER_CHAR * word.length() + OVERHEAD;
    }
    ensureRoomFor(length);
    elements.array(words.length);
    for (String word : words) {
      elements.bulk(word);
    }
  }

  /** Appends memory of the caller's; if it cannot be read, the request is taken back. */
  private void bulk(Slice slice) {
    try {
      elements.bulk(slice.segment(), slice.offset(), slice.length());
    } catch (Throwable unreadable) {
      takeBack(before);
      throw unreadable;
    }
  }

  private static byte[] request(int length, String name) {
    String head = "*" + length + "\r\n$" + name.length() + "\r\n" + name + "\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }
}
