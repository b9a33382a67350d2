package io.wisp.cli.common;

import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which transport to use: the options that say so, and what holds without them. */
public final class TransportChoice {

  /** Wisp is made for RDMA, as the original was: this is what it uses unless told otherwise. */
  public static final String DEFAULT = "rdma";

  public static final String TCP = "tcp";

  @Option(
      names = {"-t", "--tcp"},
      description = "Use TCP, which every machine has.")
  private boolean tcp;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "Use the transport of this name; @|bold -s|@ lists those of its machine.")
  private @Nullable String name;

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
    if (tcp && name != null && !name.equals(TCP)) {
      throw UserError.usage("-t asks for tcp and --transport for " + name + ": use one of them");
    }
    String wanted = tcp ? TCP : name;
    if (wanted == null) {
      return Optional.empty();
    }
    Transport transport = find(wanted);
    transport
        .unavailable()
        .ifPresent(
            reason -> {
              throw UserError.failure(
                  "this machine cannot run the transport " + wanted + ": " + reason);
            });
    return Optional.of(transport);
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

  /** The named transport, or else the default one; if that cannot run, TCP, saying so. */
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
    int port = server.port() + transport.portOffset();
    if (port > 65_535) {
      throw UserError.usage(
          "port "
              + server.port()
              + " leaves no room for the transport "
              + transport.name()
              + ", which listens "
              + transport.portOffset()
              + " above it; 65535 is the last port");
    }
    return new Endpoint(server.host(), port);
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
