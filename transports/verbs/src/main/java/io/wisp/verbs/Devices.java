// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_DEVICE;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.DeviceCalls;
import io.wisp.verbs.raw.Errno;
import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Library;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Reads the library's list of devices. Its entries live only as long as the list. */
final class Devices {

  private static final Path FOLDER = Path.of("/dev/infiniband");

  /** What a kernel without any part of RDMA loaded amounts to. */
  private static final long[] NO_DEVICES = {};

  private Devices() {}

  static List<Device> list() {
    return withList(list -> Arrays.stream(list).mapToObj(Devices::read).toList());
  }

  static Context open(Device device) {
    return withList(
        list -> {
          for (long candidate : list) {
            if (read(candidate).name().equals(device.name())) {
              return Context.open(device, candidate);
            }
          }
          throw new VerbsException(
              "ibv_open_device",
              "device=" + device.name(),
              Errno.ENODEV.number(),
              "there is no such device any more");
        });
  }

  private static <T> T withList(Function<long[], T> function) {
    Library.problem()
        .ifPresent(
            problem -> {
              throw new VerbsException(problem);
            });
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      long list = DeviceCalls.getDeviceList(state, count.address());
      if (list == 0 && state.errno() == Errno.ENOSYS.number()) {
        return function.apply(NO_DEVICES);
      }
      if (list == 0) {
        throw new VerbsException("ibv_get_device_list", "", state.errno());
      }
      try {
        int length = count.get(ValueLayout.JAVA_INT, 0);
        return function.apply(
            Library.memory(list, (long) length * Long.BYTES).toArray(ValueLayout.JAVA_LONG));
      } finally {
        DeviceCalls.freeDeviceList(list);
      }
    }
  }

  private static Device read(long address) {
    Structure device = Structure.at(IBV_DEVICE, address);
    return new Device(
        device.text("name"),
        fromNetwork(DeviceCalls.getDeviceGuid(address)),
        switch (device.number("transport_type")) {
          case Ibv.IBV_TRANSPORT_IB -> DeviceTransport.INFINIBAND;
          case Ibv.IBV_TRANSPORT_IWARP -> DeviceTransport.IWARP;
          default -> DeviceTransport.OTHER;
        },
        FOLDER.resolve(device.text("dev_name")));
  }

  private static long fromNetwork(long value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
  }
}
