package io.wisp.transport.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The sessions of the TCP server behind one of Netty's native transports instead of NIO, with one
 * thread. It is for the trial alone: it has no limits, and does not stop reading from a client that
 * does not read. It stands in the server's package because sessions are not public.
 */
public final class NettyTrialServer implements AutoCloseable {

  private final NettyIo io;
  private final EventLoopGroup group;
  private final NettyLoop loop;
  private final Channel listening;

  /**
   * Serves on a free port of the loopback interface.
   *
   * @throws UnsatisfiedLinkError if this machine does not have this way to sockets
   */
  public NettyTrialServer(Store store, NettyIo io) {
    this.io = io;
    group = new MultiThreadIoEventLoopGroup(1, io.handlers());
    loop = group.submit(() -> new NettyLoop(store)).syncUninterruptibly().getNow();
    listening =
        new ServerBootstrap()
            .group(group)
            .channel(io.serverChannel())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Connections(loop))
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  /** Where it listens. */
  public Endpoint endpoint() {
    InetSocketAddress address = (InetSocketAddress) listening.localAddress();
    return new Endpoint(address.getAddress().getHostAddress(), address.getPort());
  }

  public String description() {
    return io.label() + " at " + endpoint() + ", 1 thread";
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static final class Connections extends ChannelInitializer<Channel> {

    private final NettyLoop loop;

    Connections(NettyLoop loop) {
      this.loop = loop;
    }

    @Override
    protected void initChannel(Channel channel) {
      NettyConnection connection = new NettyConnection(loop);
      channel.config().setRecvByteBufAllocator(connection.inputAllocator());
      channel.pipeline().addLast(connection);
    }
  }
}
