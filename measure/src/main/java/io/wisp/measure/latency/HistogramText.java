// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.latency;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Whole histograms as text: compressed and in Base64, as histogram logs have them. */
public final class HistogramText {

  private HistogramText() {}

  /** Writes a histogram; its tag and times are not part of it. */
  public static String encode(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException if the text is none
   */
  public static Histogram decode(String text) throws IOException {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(text)), Tally.LONGEST_NANOS);
    } catch (DataFormatException | IllegalArgumentException e) {
      throw new IOException("not a compressed histogram: " + e.getMessage(), e);
    }
  }
}
