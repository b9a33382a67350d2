// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/** What a mix is made of: one request each, or two. */
enum Action {
  /** Replaces the value of a key, or creates it. */
  PUT("put"),
  GET("get"),
  DELETE("delete"),
  /** A put of a key that was not there. */
  INSERT("insert"),
  /** A get, and as the next request a put of the same key. */
  READ_MODIFY_WRITE("rmw"),
  /** A put, and as the next request a delete of the same key: it always has something to delete. */
  PUT_THEN_DELETE("putdelete");

  private final String word;

  Action(String word) {
    this.word = word;
  }

  /** As options and results spell it. */
  String word() {
    return word;
  }
}
