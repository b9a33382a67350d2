// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The parameters of a server, by Redis' names: what each is, and those that can change while it
 * runs. Once they are all there, any thread uses it.
 */
public final class Configuration {

  private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,18}");

  private static final String FIXED = "can't set immutable config";

  /** One of them. */
  private interface Parameter {

    String value();

    /** Why it cannot be that value, or an empty text. */
    String refusalOf(String value);

    /** Makes it a value that is not refused. */
    void set(String value);
  }

  private record Fixed(Supplier<String> source) implements Parameter {

    @Override
    public String value() {
      return source.get();
    }

    @Override
    public String refusalOf(String value) {
      return value.equals(value()) ? "" : FIXED;
    }

    @Override
    public void set(String value) {}
  }

  private record Variable(long least, long most, LongSupplier source, LongConsumer target)
      implements Parameter {

    @Override
    public String value() {
      return Long.toString(source.getAsLong());
    }

    @Override
    public String refusalOf(String value) {
      try {
        if (NUMBER.matcher(value).matches()) {
          long number = Long.parseLong(value);
          return number >= least && number <= most
              ? ""
              : "argument must be between " + least + " and " + most + " inclusive";
        }
      } catch (NumberFormatException e) {
        // It has 19 digits, and is beyond a long.
      }
      return "argument couldn't be parsed into an integer";
    }

    @Override
    public void set(String value) {
      target.accept(Long.parseLong(value));
    }
  }

  private final Map<String, Parameter> parameters = new TreeMap<>();

  /** Adds one that stays as it is. To set it to what it is, is no error. */
  public void fixed(String name, Supplier<String> value) {
    parameters.put(name, new Fixed(value));
  }

  /** Adds a number, from the least to the most, that can be changed. */
  public void number(String name, long least, long most, LongSupplier value, LongConsumer change) {
    parameters.put(name, new Variable(least, most, value, change));
  }

  /** The names of all, in order. */
  Set<String> names() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  /** What one is that there is. */
  String value(String name) {
    return named(name).value();
  }

  /** Whether there is one of this name. */
  boolean has(String name) {
    return parameters.containsKey(name);
  }

  /**
   * Changes parameters that there are: all of them or, if one cannot have its new value, none.
   *
   * @param values in the order in which they are changed
   * @return why nothing was changed, or an empty text
   */
  synchronized String set(SequencedMap<String, String> values) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String refusal = named(entry.getKey()).refusalOf(entry.getValue());
      if (!refusal.isEmpty()) {
        return refusal(entry.getKey(), refusal);
      }
    }
    values.forEach((name, value) -> named(name).set(value));
    return "";
  }

  private Parameter named(String name) {
    return Objects.requireNonNull(parameters.get(name));
  }

  /** The error that one could not be changed. */
  static String refusal(String name, String reason) {
    return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason;
  }
}
