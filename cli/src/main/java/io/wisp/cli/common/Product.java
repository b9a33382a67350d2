// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** What this program is called. */
public final class Product {

  private static final String RESOURCE = "/io/wisp/cli/product.properties";

  private Product() {}

  /** The version that the build gave it. */
  public static String version() {
    Properties properties = new Properties();
    try (InputStream in = Product.class.getResourceAsStream(RESOURCE)) {
      properties.load(Objects.requireNonNull(in, RESOURCE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  /** Name and version, as the first line of everything that prints more than a line. */
  public static String banner() {
    return "Wisp v" + version();
  }
}
