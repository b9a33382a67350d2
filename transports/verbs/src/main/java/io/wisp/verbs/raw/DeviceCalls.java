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
    try {
      return (long) GET_DEVICE_LIST.invokeExact(state.segment, count);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle FREE_DEVICE_LIST =
      Library.link("ibv_free_device_list", FunctionDescriptor.ofVoid(JAVA_LONG));

  /** Frees what {@link #getDeviceList} gave, but for opened devices. Cannot fail. */
  public static void freeDeviceList(long list) {
    try {
      FREE_DEVICE_LIST.invokeExact(list);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle GET_DEVICE_GUID =
      Library.link("ibv_get_device_guid", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The GUID, its bytes in network order. */
  public static long getDeviceGuid(long device) {
    try {
      return (long) GET_DEVICE_GUID.invokeExact(device);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle OPEN_DEVICE =
      Library.linkCapturing("ibv_open_device", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The address of a context; 0 on failure. */
  public static long openDevice(CallState state, long device) {
    try {
      return (long) OPEN_DEVICE.invokeExact(state.segment, device);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle CLOSE_DEVICE =
      Library.linkCapturing("ibv_close_device", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or -1. */
  public static int closeDevice(CallState state, long context) {
    try {
      return (int) CLOSE_DEVICE.invokeExact(state.segment, context);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle QUERY_DEVICE =
      Library.link("ibv_query_device", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** 0, or the error number. */
  public static int queryDevice(long context, long attributes) {
    try {
      return (int) QUERY_DEVICE.invokeExact(context, attributes);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle QUERY_PORT =
      Library.link(
          "ibv_query_port", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_LONG));

  /** 0, or the error number. The function of this name in the library fills the first 48 bytes. */
  public static int queryPort(long context, byte port, long attributes) {
    try {
      return (int) QUERY_PORT.invokeExact(context, port, attributes);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
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
    try {
      return (long) QUERY_GID_TABLE.invokeExact(context, entries, maxEntries, flags, entrySize);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle QUERY_PKEY =
      Library.linkCapturing(
          "ibv_query_pkey",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_INT, JAVA_LONG));

  /** 0, or -1; the key is written in network order. */
  public static int queryPkey(CallState state, long context, byte port, int index, long pkey) {
    try {
      return (int) QUERY_PKEY.invokeExact(state.segment, context, port, index, pkey);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle GET_ASYNC_EVENT =
      Library.linkCapturing(
          "ibv_get_async_event", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** 0, or -1. */
  public static int getAsyncEvent(CallState state, long context, long event) {
    try {
      return (int) GET_ASYNC_EVENT.invokeExact(state.segment, context, event);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle ACK_ASYNC_EVENT =
      Library.link("ibv_ack_async_event", FunctionDescriptor.ofVoid(JAVA_LONG));

  /** Acknowledges an event that was taken. Cannot fail. */
  public static void ackAsyncEvent(long event) {
    try {
      ACK_ASYNC_EVENT.invokeExact(event);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private DeviceCalls() {}
}
