// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Help of paragraphs and two columns, wrapped between words to fit the terminal. */
public final class HelpText {

  private static final int MOST_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 40;
  private static final int WIDEST_TERM = 27;
  private static final int INDENT = 2;

  private final StringBuilder text = new StringBuilder();
  private final int width;
  private final int meaningAt;
  private int column;

  /** For this process's terminal, or for 80 columns without one. */
  public HelpText() {
    this(columns(ProcessText.variable("COLUMNS")));
  }

  /** For a terminal of so many columns, of which at least 40 and at most 80 are used. */
  public HelpText(int columns) {
    width = Math.clamp(columns, FEWEST_COLUMNS, MOST_COLUMNS);
    meaningAt = Math.min(WIDEST_TERM, width / 3);
  }

  /** The columns that the environment says, else the terminal. */
  private static int columns(@Nullable String said) {
    return said != null && said.matches("[1-9][0-9]{0,4}")
        ? Integer.parseInt(said)
        : new UsageMessageSpec().autoWidth(true).width();
  }

  /** A line that begins a section. */
  public HelpText heading(String heading) {
    text.append('\n');
    return paragraph(heading);
  }

  /** Sentences. */
  public HelpText paragraph(String sentences) {
    words(sentences, 0);
    return endLine();
  }

  /** A term and what it means. */
  public HelpText row(String term, String meaning) {
    pad(INDENT);
    words(term, 2 * INDENT);
    if (column + 2 > meaningAt) {
      endLine();
    }
    pad(meaningAt);
    words(meaning, meaningAt);
    return endLine();
  }

  private void words(String words, int indent) {
    boolean isFirst = true;
    for (String word : words.split(" ", -1)) {
      if (!isFirst && column + 1 + word.length() > width) {
        endLine();
        pad(indent);
      } else if (!isFirst) {
        append(" ");
      }
      append(word);
      isFirst = false;
    }
  }

  private void pad(int to) {
    append(" ".repeat(to - column));
  }

  private void append(String words) {
    text.append(words);
    column += words.length();
  }

  private HelpText endLine() {
    text.append('\n');
    column = 0;
    return this;
  }

  /** All of it, with the end of the last line. */
  @Override
  public String toString() {
    return text.toString();
  }
}
