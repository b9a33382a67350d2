// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Devices, contexts, ports, GIDs and asynchronous events. Pointers are longs. */
public final class DeviceCalls {

  private static final MethodHandle GET_DEVICE_LIST =
      Library.linkCapturing("ibv_get_device_list", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The address of an array of devices that ends with a null pointer; 0 on failure. */
  public static long getDeviceList(CallState state, long count) {
    return (long) Library.call(GET_DEVICE_LIST, state.segment, count);
  }

  private static final MethodHandle FREE_DEVICE_LIST =
      Library.link("ibv_free_device_list", FunctionDescriptor.ofVoid(JAVA_LONG));

  /** Frees what {@link #getDeviceList} gave, but for opened devices. Cannot fail. */
  public static void freeDeviceList(long list) {
    Object ignored = Library.call(FREE_DEVICE_LIST, list);
  }

  private static final MethodHandle GET_DEVICE_GUID =
      Library.link("ibv_get_device_guid", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The GUID, its bytes in network order. */
  public static long getDeviceGuid(long device) {
    return (long) Library.call(GET_DEVICE_GUID, device);
  }

  private static final MethodHandle OPEN_DEVICE =
      Library.linkCapturing("ibv_open_device", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The address of a context; 0 on failure. */
  public static long openDevice(CallState state, long device) {
    return (long) Library.call(OPEN_DEVICE, state.segment, device);
  }

  private static final MethodHandle CLOSE_DEVICE =
      Library.linkCapturing("ibv_close_device", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or -1. */
  public static int closeDevice(CallState state, long context) {
    return (int) Library.call(CLOSE_DEVICE, state.segment, context);
  }

  private static final MethodHandle QUERY_DEVICE =
      Library.link("ibv_query_device", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** 0, or the error number. */
  public static int queryDevice(long context, long attributes) {
    return (int) Library.call(QUERY_DEVICE, context, attributes);
  }

  private static final MethodHandle QUERY_PORT =
      Library.link(
          "ibv_query_port", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_LONG));

  /** 0, or the error number. The function of this name in the library fills the first 48 bytes. */
  public static int queryPort(long context, byte port, long attributes) {
    return (int) Library.call(QUERY_PORT, context, port, attributes);
  }

  private static final MethodHandle QUERY_GID_TABLE =
      Library.link(
          "_ibv_query_gid_table",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));

  /**
   * How many entries were written, which leave out the empty places; or an error number, negated.
   */
  public static long queryGidTable(
      long context, long entries, long maxEntries, int flags, long entrySize) {
    return (long) Library.call(QUERY_GID_TABLE, context, entries, maxEntries, flags, entrySize);
  }

  private static final MethodHandle QUERY_PKEY =
      Library.linkCapturing(
          "ibv_query_pkey",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_INT, JAVA_LONG));

  /** 0, or -1; the key is written in network order. */
  public static int queryPkey(CallState state, long context, byte port, int index, long pkey) {
    return (int) Library.call(QUERY_PKEY, state.segment, context, port, index, pkey);
  }

  private static final MethodHandle GET_ASYNC_EVENT =
      Library.linkCapturing(
          "ibv_get_async_event", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** 0, or -1. */
  public static int getAsyncEvent(CallState state, long context, long event) {
    return (int) Library.call(GET_ASYNC_EVENT, state.segment, context, event);
  }

  private static final MethodHandle ACK_ASYNC_EVENT =
      Library.link("ibv_ack_async_event", FunctionDescriptor.ofVoid(JAVA_LONG));

  /** Acknowledges an event that was taken. Cannot fail. */
  public static void ackAsyncEvent(long event) {
    Object ignored = Library.call(ACK_ASYNC_EVENT, event);
  }

  private DeviceCalls() {}
}
