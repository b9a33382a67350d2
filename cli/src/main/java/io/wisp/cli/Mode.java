// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

/** What the command does, and how one asks for it. */
enum Mode {
  SERVE("-s"),
  SHELL("-c"),
  PERF("-p");

  private final String option;

  Mode(String option) {
    this.option = option;
  }

  String option() {
    return option;
  }
}
