// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.InlineRequest;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests that were typed by hand from a session's input, and writes each in the usual form
 * into a buffer, which goes before the rest of the input.
 */
final class InlineInput implements AutoCloseable {

  /** What became of a line. */
  enum Line {
    /** It has not ended: {@link #needed} says how many bytes there must be at least. */
    INCOMPLETE,
    /** It was taken; unless it is empty there is a {@link #request}. */
    TAKEN,
    TOO_LONG,
    UNBALANCED_QUOTES,
    /** A browser that was tricked into sending us a form: what follows is not from its user. */
    OF_HTTP
  }

  private final BufferPool buffers;
  private int searched;
  private @Nullable NativeBuffer request;

  /** Takes memory for requests from a pool. */
  InlineInput(BufferPool buffers) {
    this.buffers = buffers;
  }

  /** The request that is to be executed next, or null. */
  @Nullable NativeBuffer request() {
    return request;
  }

  /** How many bytes the input must hold at least. */
  int needed() {
    return searched + 1;
  }

  /** Takes the line at the start of the input. */
  Line take(NativeBuffer input) {
    int start = input.start();
    int at = start + searched;
    while (at < input.end() && input.memory().get(ValueLayout.JAVA_BYTE, at) != '\n') {
      at++;
    }
    if (at - start > InlineRequest.MAX_LENGTH) {
      return Line.TOO_LONG;
    }
    if (at == input.end()) {
      searched = at - start;
      return Line.INCOMPLETE;
    }
    searched = 0;
    byte[] line = input.memory().asSlice(start, at - start).toArray(ValueLayout.JAVA_BYTE);
    input.consumeTo(at + 1);
    List<byte[]> words = InlineRequest.words(line);
    if (words == null) {
      return Line.UNBALANCED_QUOTES;
    }
    return words.isEmpty() ? Line.TAKEN : write(words);
  }

  private Line write(List<byte[]> words) {
    String name = new String(words.getFirst(), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    if (name.equals("post") || name.equals("host:")) {
      return Line.OF_HTTP;
    }
    int length = ReplyWriter.MAX_HEADER_LENGTH;
    for (byte[] word : words) {
      length += ReplyWriter.MAX_HEADER_LENGTH + word.length + 2;
    }
    NativeBuffer buffer = buffers.take(length);
    ReplyWriter writer = new ReplyWriter(buffer);
    writer.array(words.size());
    words.forEach(writer::bulk);
    request = buffer;
    return Line.TAKEN;
  }

  /** Gives back the memory of the request. */
  @Override
  public void close() {
    if (request != null) {
      buffers.give(request);
      request = null;
    }
  }
}
