package io.wisp.bench.trial;

import io.wisp.bench.server.ServerProcess;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transports;
import io.wisp.transport.tcp.NettyIo;
import io.wisp.transport.tcp.NettyTrialServer;
import java.io.IOException;

/** The program that serves a store in the trial: {@code nio} or a {@link NettyIo}'s label. */
public final class TrialServerProcess {

  static final String NIO = "nio";

  private static final long STORE_BYTES = 64L << 20;

  private TrialServerProcess() {}

  public static void main(String[] arguments) throws IOException {
    String io = arguments[0];
    try (Store store = CuckooStore.open(STORE_BYTES)) {
      if (io.equals(NIO)) {
        serveByNio(store);
      } else {
        serveByNetty(store, labelled(io));
      }
    }
  }

  private static void serveByNio(Store store) throws IOException {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
    try (Server server = Transports.named("tcp").serve(store, options)) {
      ServerProcess.serveUntilEndOfInput(server.endpoint(), server.description());
    }
  }

  private static void serveByNetty(Store store, NettyIo io) throws IOException {
    try (NettyTrialServer server = new NettyTrialServer(store, io)) {
      ServerProcess.serveUntilEndOfInput(server.endpoint(), server.description());
    }
  }

  private static NettyIo labelled(String label) {
    for (NettyIo io : NettyIo.values()) {
      if (io.label().equals(label)) {
        return io;
      }
    }
    throw new IllegalArgumentException("io=" + label + ", and it is none of the trial's");
  }
}
