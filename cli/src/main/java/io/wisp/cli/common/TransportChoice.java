// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.TransportOption;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which transport to use: the options that say so, and what holds without them. */
public final class TransportChoice {

  public static final String RDMA = "rdma";

  /** Wisp is made for RDMA, as the original was: this is what it uses unless told otherwise. */
  public static final String DEFAULT = RDMA;

  public static final String SHM = "shm";
  public static final String TCP = "tcp";

  @Option(
      names = {"-t", "--tcp"},
      description = "Use TCP, which every machine has.")
  private boolean tcp;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "Use the transport of this name; -s lists those of its machine.")
  private @Nullable String name;

  /** Nothing chosen yet; the command line's parser sets it. */
  public TransportChoice() {}

  TransportChoice(boolean tcp, @Nullable String name) {
    this.tcp = tcp;
    this.name = name;
  }

  /**
   * The transport that was asked for, or empty if none was.
   *
   * @throws UserError if there is no such transport, or this machine cannot run it
   */
  public Optional<Transport> named() {
    Optional<Transport> asked = asked();
    asked.ifPresent(TransportChoice::requireAvailable);
    return asked;
  }

  private static void requireAvailable(Transport transport) {
    transport
        .unavailable()
        .ifPresent(
            reason -> {
              throw UserError.failure(
                  "this machine cannot run the transport " + transport.name() + ": " + reason);
            });
  }

  private Optional<Transport> asked() {
    if (tcp && name != null && !name.equals(TCP)) {
      throw UserError.usage("-t asks for tcp and --transport for " + name + ": use one of them");
    }
    return Optional.ofNullable(tcp ? TCP : name).map(TransportChoice::find);
  }

  /**
   * Sees to it that an option that was given is not ignored.
   *
   * @throws UserError if the named transport has no use for it; or if none was named and the
   *     default one cannot run, so that only transports are left that it was not meant for
   */
  public void requireUseOf(TransportOption option) {
    Optional<Transport> asked = asked();
    if (asked.isPresent() && !option.isUsedBy(asked.get())) {
      throw UserError.usage(purpose(option) + " and means nothing with " + asked.get().name());
    }
    Optional<String> reason = whyNoDefault();
    if (asked.isEmpty() && reason.isPresent()) {
      throw UserError.failure(reason.get() + ", and " + purpose(option) + alternative(option));
    }
  }

  private static String purpose(TransportOption option) {
    return "--%s is for the transport%s %s"
        .formatted(
            option.option(),
            option.transports().size() == 1 ? "" : "s",
            String.join(" and ", option.transports()));
  }

  /** What a user of the option can do where the default transport cannot run. */
  private static String alternative(TransportOption option) {
    return option.transports().stream()
        .filter(each -> !each.equals(DEFAULT))
        .map(each -> ": ask for " + each + " with --transport " + each)
        .collect(Collectors.joining());
  }

  /**
   * The named transport, or else the default one.
   *
   * @throws UserError if none was named and the default one cannot run: nothing is measured in its
   *     place
   */
  public Transport namedOrDefault() {
    Optional<Transport> named = named();
    Optional<String> reason = whyNoDefault();
    if (named.isEmpty() && reason.isPresent()) {
      throw UserError.failure(
          reason.get() + ", and nothing else is measured in its place: ask for TCP with -t");
    }
    return named.orElseGet(() -> find(DEFAULT));
  }

  /**
   * The named transport, or else the default one; if that cannot run, TCP, saying so. It is TCP
   * even where the server is on this machine and shm could reach it: which server a name means, and
   * as which user, must not depend on the machine's memory being shared with it, and TCP is what
   * every server speaks.
   */
  public Transport namedOrFallBack(Streams streams) {
    Optional<Transport> named = named();
    Optional<String> reason = whyNoDefault();
    if (named.isEmpty() && reason.isPresent()) {
      streams.err().println(reason.get() + ", so this is tcp (-t)");
    }
    return named.orElseGet(() -> find(reason.isPresent() ? TCP : DEFAULT));
  }

  /**
   * Where a transport listens.
   *
   * @param server where the server is, by the port that it was given
   */
  public static Endpoint endpoint(Transport transport, Endpoint server) {
    try {
      return transport.endpoint(server);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(e.getMessage());
    }
  }

  private static Optional<String> whyNoDefault() {
    return Transports.all().stream()
        .filter(transport -> transport.name().equals(DEFAULT))
        .findFirst()
        .map(rdma -> rdma.unavailable().map(reason -> "this machine has no RDMA (" + reason + ")"))
        .orElse(Optional.of("this version of Wisp has no RDMA transport"));
  }

  private static Transport find(String name) {
    try {
      return Transports.named(name);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(e.getMessage());
    }
  }
}
