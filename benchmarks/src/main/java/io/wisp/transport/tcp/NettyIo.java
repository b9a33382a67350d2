package io.wisp.transport.tcp;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/** Netty's own ways to the sockets of Linux. */
public enum NettyIo {
  EPOLL("netty-epoll") {
    @Override
    IoHandlerFactory handlers() {
      Epoll.ensureAvailability();
      return EpollIoHandler.newFactory();
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return EpollServerSocketChannel.class;
    }
  },
  IO_URING("netty-io_uring") {
    @Override
    IoHandlerFactory handlers() {
      IoUring.ensureAvailability();
      return IoUringIoHandler.newFactory();
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return IoUringServerSocketChannel.class;
    }
  };

  private final String label;

  NettyIo(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  /**
   * What waits for sockets.
   *
   * @throws UnsatisfiedLinkError if this machine does not have it
   */
  abstract IoHandlerFactory handlers();

  abstract Class<? extends ServerChannel> serverChannel();
}
