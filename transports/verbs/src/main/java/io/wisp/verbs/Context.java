// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_CONTEXT;
import static io.wisp.verbs.raw.Structs.IBV_GID_ENTRY;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.CompletionCalls;
import io.wisp.verbs.raw.DeviceCalls;
import io.wisp.verbs.raw.MemoryCalls;
import io.wisp.verbs.raw.Structs;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An opened device. Its events are what happens to it or to what was made with it. Closing it
 * closes everything that was made with it.
 */
public final class Context extends EventSource<AsyncEvent> {

  /** For timeouts: as long as it takes. */
  public static final long FOREVER = -1;

  private final Device device;
  private final DeviceAttributes attributes;
  private final int completionVectors;

  /** What asynchronous events can be about, by address. */
  private final Map<Long, VerbsObject> sources = new ConcurrentHashMap<>();

  final MemorySegment pollCq;
  final MemorySegment reqNotifyCq;
  final MemorySegment postSend;
  final MemorySegment postRecv;
  final MemorySegment postSrqRecv;

  private Context(Device device, long handle) {
    super(handle, "the context of " + device.name(), descriptor(handle));
    this.device = device;
    Structure context = Structure.at(IBV_CONTEXT, handle);
    completionVectors = context.number("num_comp_vectors");
    pollCq = function(context, "poll_cq");
    reqNotifyCq = function(context, "req_notify_cq");
    postSend = function(context, "post_send");
    postRecv = function(context, "post_recv");
    postSrqRecv = function(context, "post_srq_recv");
    attributes = readAttributes();
  }

  private static int descriptor(long handle) {
    return Structure.at(IBV_CONTEXT, handle).number("async_fd");
  }

  static Context open(Device device, long address) {
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      long handle = DeviceCalls.openDevice(state, address);
      if (handle == 0) {
        throw new VerbsException(
            "ibv_open_device",
            "device=" + device.name(),
            state.errno(),
            Cures.ofOpening(device.file().toString(), state.errno()));
      }
      try {
        return new Context(device, handle);
      } catch (RuntimeException e) {
        int ignored = DeviceCalls.closeDevice(state, handle);
        throw e;
      }
    }
  }

  private static MemorySegment function(Structure context, String name) {
    return MemorySegment.ofAddress(context.longNumber("ops", name));
  }

  /** How the arguments of a call that failed name the device. */
  String argument() {
    return "device=" + device.name();
  }

  /** The device that this has opened. */
  public Device device() {
    return device;
  }

  /** What the device can do. */
  public DeviceAttributes attributes() {
    return attributes;
  }

  /** How many interrupt vectors completion channels can be spread over. */
  public int completionVectors() {
    return completionVectors;
  }

  private DeviceAttributes readAttributes() {
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(Structs.IBV_DEVICE_ATTR, arena);
      VerbsException.check(
          "ibv_query_device", argument(), DeviceCalls.queryDevice(handle(), attributes.address()));
      return DeviceAttributes.read(attributes);
    }
  }

  /**
   * Asks what a port is like now.
   *
   * @param port from 1
   */
  public PortAttributes queryPort(int port) {
    long context = acquire();
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(Structs.IBV_PORT_ATTR, arena);
      int errno = DeviceCalls.queryPort(context, (byte) port, attributes.address());
      if (errno != 0) {
        throw new VerbsException(
            "ibv_query_port",
            argument() + ", port=" + port,
            errno,
            "its ports are 1 to " + this.attributes.ports());
      }
      return PortAttributes.read(port, attributes);
    } finally {
      release();
    }
  }

  /** The GIDs of a port, in the order of their indices, without the empty places. */
  public List<GidEntry> gids(int port) {
    long places = 0;
    for (int each = 1; each <= attributes.ports(); each++) {
      places += queryPort(each).gidTableLength();
    }
    long context = acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(IBV_GID_ENTRY, Math.max(1, places));
      long found =
          DeviceCalls.queryGidTable(context, memory.address(), places, 0, IBV_GID_ENTRY.byteSize());
      if (found < 0) {
        throw new VerbsException("ibv_query_gid_table", argument(), Math.toIntExact(-found));
      }
      return memory
          .elements(IBV_GID_ENTRY)
          .limit(found)
          .map(entry -> new Structure(IBV_GID_ENTRY, entry))
          .filter(entry -> entry.number("port_num") == port)
          .map(GidEntry::read)
          .toList();
    } finally {
      release();
    }
  }

  /**
   * Asks for a partition key of a port.
   *
   * @param port from 1
   * @param index its place in the port's table, from 0
   * @return 16 bits
   */
  public int queryPartitionKey(int port, int index) {
    long context = acquire();
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      MemorySegment key = arena.allocate(Short.BYTES);
      if (DeviceCalls.queryPkey(state, context, (byte) port, index, key.address()) != 0) {
        throw new VerbsException(
            "ibv_query_pkey", argument() + ", port=" + port + ", index=" + index, state.errno());
      }
      return Byte.toUnsignedInt(key.get(ValueLayout.JAVA_BYTE, 0)) << 8
          | Byte.toUnsignedInt(key.get(ValueLayout.JAVA_BYTE, 1));
    } finally {
      release();
    }
  }

  /**
   * The port and address to use where nobody has said which: the first active port; on Ethernet its
   * RoCE v2 GID, one for IPv4 if there is one; on InfiniBand its LID.
   *
   * @throws VerbsException if there is none; it says what is missing
   */
  public LocalPort selectPort() {
    return selectPort(LocalPort.ANY, LocalPort.ANY);
  }

  /**
   * A port and address.
   *
   * @param port from 1, or {@link LocalPort#ANY}
   * @param gidIndex of a GID of any type, or {@link LocalPort#ANY}
   * @throws VerbsException if there is no such port or GID, or the port is not active
   */
  public LocalPort selectPort(int port, int gidIndex) {
    return LocalPort.select(this, port, gidIndex);
  }

  /** Makes a protection domain. */
  public ProtectionDomain createProtectionDomain() {
    return create(
        (state, ignored) -> MemoryCalls.allocPd(state, handle()),
        errno -> new VerbsException("ibv_alloc_pd", argument(), errno),
        handle -> new ProtectionDomain(this, handle),
        this);
  }

  /** Makes a completion channel. */
  public CompletionChannel createCompletionChannel() {
    return create(
        (state, ignored) -> CompletionCalls.createChannel(state, handle()),
        errno -> new VerbsException("ibv_create_comp_channel", argument(), errno),
        handle -> new CompletionChannel(this, handle),
        this);
  }

  /**
   * Makes a completion queue that is polled.
   *
   * @param entries how many completions it holds at least; the device may round up
   */
  public CompletionQueue createCompletionQueue(int entries) {
    return CompletionQueue.create(this, entries, null, 0);
  }

  /**
   * Makes a completion queue that can also announce completions on a channel.
   *
   * @param entries how many completions it holds at least; the device may round up
   * @param vector of the interrupt, from 0 to {@link #completionVectors()} - 1
   */
  public CompletionQueue createCompletionQueue(int entries, CompletionChannel channel, int vector) {
    return CompletionQueue.create(this, entries, channel, vector);
  }

  /*
   * Acknowledges at once: an event that is not acknowledged blocks the destruction of its object,
   * and what is handed out does not refer to the native object any more.
   */
  @Override
  @Nullable AsyncEvent takeEvent(long context) {
    try (Arena arena = Arena.ofConfined()) {
      Structure event = Structure.allocate(Structs.IBV_ASYNC_EVENT, arena);
      CallState state = events.state();
      if (DeviceCalls.getAsyncEvent(state, context, event.address()) != 0) {
        if (EventDescriptor.isEmpty(state.errno())) {
          return null;
        }
        throw new VerbsException("ibv_get_async_event", argument(), state.errno());
      }
      AsyncEvent taken = AsyncEvent.read(event, sources);
      DeviceCalls.ackAsyncEvent(event.address());
      return taken;
    }
  }

  /** Makes events able to name an object. */
  <T extends VerbsObject> T addSource(T object) {
    sources.put(object.handle(), object);
    return object;
  }

  /** To be called before the object is destroyed: its address may be used again at once after. */
  void removeSource(VerbsObject object) {
    sources.remove(object.handle());
  }

  @Override
  void destroy() {
    events.close();
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      if (DeviceCalls.closeDevice(state, handle()) != 0) {
        throw new VerbsException("ibv_close_device", argument(), state.errno());
      }
    }
  }
}
