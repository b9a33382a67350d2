// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.System.Logger.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogTest {

  private final Logger logger = Logger.getLogger(LogTest.class.getName());
  private final Log log = Log.of(LogTest.class);
  private final StreamHandler failing =
      new StreamHandler() {
        @Override
        public void publish(LogRecord line) {
          throw new NoClassDefFoundError("planted");
        }
      };

  @BeforeEach
  void plant() {
    logger.addHandler(failing);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void remove() {
    logger.removeHandler(failing);
    logger.setUseParentHandlers(true);
  }

  @Test
  void shouldGoOnWhenALineCannotBeWritten() {
    assertThatCode(
            () -> {
              log.log(Level.ERROR, "a sentence");
              log.log(Level.ERROR, "a sentence", new IllegalStateException());
              log.log(Level.ERROR, "{0}", "a parameter");
            })
        .doesNotThrowAnyException();
  }
}
