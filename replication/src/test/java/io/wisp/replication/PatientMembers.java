// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Members that this process starts wait longer than usual, so that a pause ends no reign. */
final class PatientMembers implements BeforeAllCallback, AfterAllCallback {

  private static final String SILENCE = "wisp.data.silence";

  @Override
  public void beforeAll(ExtensionContext context) {
    System.setProperty(SILENCE, "4000");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.clearProperty(SILENCE);
  }
}
