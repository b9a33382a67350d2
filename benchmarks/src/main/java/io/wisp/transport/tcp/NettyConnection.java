package io.wisp.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.wisp.transport.tcp.RespSession.Progress;
import java.io.IOException;

/**
 * A channel of Netty's and its session. All requests that one read brings are answered together.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failure ends in exceptionCaught.
final class NettyConnection extends ChannelInboundHandlerAdapter {

  private static final System.Logger LOGGER = System.getLogger(NettyConnection.class.getName());

  private final NettyLoop loop;
  private final RespSession session;
  private final NettyBuffer input;

  NettyConnection(NettyLoop loop) {
    this.loop = loop;
    session = loop.newSession();
    input = loop.newBuffer();
  }

  /** Makes Netty read into the session's own input. */
  RecvByteBufAllocator inputAllocator() {
    return new DefaultMaxMessagesRecvByteBufAllocator() {
      @Override
      public ExtendedHandle newHandle() {
        return new MaxMessageHandle() {
          @Override
          public ByteBuf allocate(ByteBufAllocator ignored) {
            return input.forReading(guess());
          }

          @Override
          public int guess() {
            return Math.max(1, session.needed() - input.bytes().size());
          }
        };
      }
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    input.received();
    ((ByteBuf) message).release();
    Progress progress;
    do {
      NettyBuffer output = loop.output();
      progress = session.execute(input.bytes(), output.bytes());
      if (!output.bytes().isEmpty()) {
        channel.writeAndFlush(output.forWriting(), channel.voidPromise());
        loop.outputGiven();
      }
    } while (progress == Progress.OUTPUT_FULL || progress == Progress.TURN_OVER);
    if (progress == Progress.CLOSE) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext channel) {
    session.close();
    input.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOGGER.log(
          System.Logger.Level.ERROR, "a connection was closed, for serving it failed", cause);
    }
    channel.close();
  }
}
