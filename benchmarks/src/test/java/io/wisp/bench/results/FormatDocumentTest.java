// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.record.Environment;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatDocumentTest {

  private static final Path DOCUMENT = Path.of("..", "results", "FORMAT.md");

  @Test
  void shouldDescribeEveryFieldOfEveryFile() throws IOException {
    String document = Files.readString(DOCUMENT);

    for (String field : fields()) {
      assertThat(document).contains("`" + field + "`");
    }
  }

  @Test
  void shouldNameTheFilesAndTheirVersions() throws IOException {
    String document = Files.readString(DOCUMENT);

    assertThat(document)
        .contains("`" + RunResult.FORMAT + "`, version " + RunResult.VERSION)
        .contains("`" + Environment.FORMAT + "`, version " + Environment.VERSION)
        .contains(
            RunResult.FILE,
            Environment.FILE,
            RunFolder.JMH_FILE,
            RunFolder.JMH_TABLE,
            RunFolder.FAILURE_FILE);
  }

  private static List<String> fields() {
    List<String> fields = new ArrayList<>();
    for (Class<?> file : List.of(RunResult.class, Environment.class)) {
      addFields(file, fields);
      for (Class<?> part : file.getDeclaredClasses()) {
        addFields(part, fields);
      }
    }
    return fields;
  }

  private static void addFields(Class<?> type, List<String> fields) {
    for (RecordComponent component : type.getRecordComponents()) {
      fields.add(component.getName());
    }
  }
}
