// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Runs in the Maven profile jextract, which generates the classes that this compares with. */
@EnabledIfSystemProperty(
    named = "wisp.jextract",
    matches = ".+",
    disabledReason = "only the Maven profile jextract generates what this compares with")
class JextractTest {

  private static Object call(String type, String method) throws ReflectiveOperationException {
    Method found =
        Class.forName(System.getProperty("wisp.jextract") + "." + type).getMethod(method);
    // It may be inherited from a class that is not public: large headers are split.
    found.setAccessible(true);
    return found.invoke(null);
  }

  @TestFactory
  Stream<DynamicTest> shouldAgreeOnStructures() {
    return Definitions.structs().stream()
        .map(struct -> DynamicTest.dynamicTest(struct.name().orElseThrow(), () -> compare(struct)));
  }

  private static void compare(StructLayout struct) throws ReflectiveOperationException {
    GroupLayout generated = (GroupLayout) call(struct.name().orElseThrow(), "layout");
    if (Structs.PREFIXES.contains(struct)) {
      assertThat(generated.byteSize()).isGreaterThanOrEqualTo(struct.byteSize());
    } else {
      assertThat(generated.byteSize()).isEqualTo(struct.byteSize());
    }
    ForeignLayout foreign = new ForeignLayout(generated);
    for (Definitions.Member member : Definitions.members(struct)) {
      assertThat(foreign.find(member.path()))
          .as(member.path())
          .hasValueSatisfying(
              place -> {
                assertThat(place.offset()).isEqualTo(member.offset());
                assertThat(place.layout().byteSize()).isEqualTo(member.bytes());
              });
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldAgreeOnConstants() {
    return Definitions.constants().entrySet().stream()
        .map(
            constant ->
                DynamicTest.dynamicTest(
                    constant.getKey(),
                    () ->
                        assertThat(((Number) call("verbs_h", constant.getKey())).intValue())
                            .isEqualTo(constant.getValue())));
  }
}
