// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds libibverbs. Loading this class never fails; if the library cannot be used, {@link #problem}
 * says why, and no other class with calls in this package may be touched.
 */
public final class Library {

  /** By its versioned name: the plain one exists only where development files are installed. */
  static final String SONAME = "libibverbs.so.1";

  /**
   * The youngest function that is needed (IBVERBS_1.11, rdma-core 32). A library that has it has
   * all.
   */
  private static final String YOUNGEST_SYMBOL = "_ibv_query_gid_table";

  private static final Found FOUND = find(System.getProperty("os.name"), SONAME);

  /**
   * What a search found.
   *
   * @param symbols empty if there was a problem
   * @param problem one sentence, or empty
   */
  record Found(Optional<SymbolLookup> symbols, Optional<String> problem) {

    private static Found problem(String sentence) {
      return new Found(Optional.empty(), Optional.of(sentence));
    }
  }

  private Library() {}

  /** Why libibverbs cannot be called, in one sentence, or empty if it can. */
  public static Optional<String> problem() {
    return FOUND.problem();
  }

  @SuppressWarnings("restricted")
  static Found find(String system, String soname) {
    if (!system.equals("Linux") || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return Found.problem(
          "RDMA needs libibverbs on a 64-bit Linux, and this is "
              + (system.equals("Linux") ? "a 32-bit one" : system));
    }
    try {
      SymbolLookup symbols = SymbolLookup.libraryLookup(soname, Arena.global());
      if (symbols.find(YOUNGEST_SYMBOL).isEmpty()) {
        return Found.problem(
            String.format(
                Locale.ROOT,
                "%s is too old: it has no function %s; install rdma-core 32 or later",
                soname,
                YOUNGEST_SYMBOL));
      }
      return new Found(Optional.of(symbols), Optional.empty());
    } catch (IllegalCallerException denied) {
      return Found.problem(
          "native access is not enabled, so libibverbs cannot be called:"
              + " start Java with --enable-native-access=ALL-UNNAMED");
    } catch (UnsupportedOperationException unsupported) {
      return Found.problem("this Java has no linker for native code: " + unsupported.getMessage());
    } catch (IllegalArgumentException absent) {
      return Found.problem(
          soname
              + " was not found: install it (Debian and Ubuntu: apt install libibverbs1"
              + " ibverbs-providers; Fedora: dnf install libibverbs)");
    }
  }

  /** A call of a function of libibverbs that answers with its error number, or cannot fail. */
  @SuppressWarnings("restricted")
  static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    SymbolLookup symbols =
        FOUND
            .symbols()
            .orElseThrow(() -> new IllegalStateException(FOUND.problem().orElse("no library")));
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, options);
  }

  /** A call of a function of libibverbs that leaves its error number in {@code errno}. */
  static MethodHandle linkCapturing(String name, FunctionDescriptor type) {
    return link(name, type, CallState.CAPTURE);
  }

  /** Calls a function that is seldom called, and so may box its arguments and its result. */
  static Object call(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** A call of a function whose address is the first argument. */
  @SuppressWarnings("restricted")
  static MethodHandle linkPointer(FunctionDescriptor type, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(type, options);
  }

  /** A call of a function of the C library, all of which leave their error number in errno. */
  static MethodHandle linkSystem(String name, FunctionDescriptor type) {
    return linkSystem(name, type, CallState.CAPTURE);
  }

  /** The same for a caller that need not know the error number. */
  static MethodHandle linkSystemWithoutErrno(String name, FunctionDescriptor type) {
    return linkSystem(name, type, new Linker.Option[0]);
  }

  /** The same for {@code fcntl}, whose arguments after the first two are variadic. */
  static MethodHandle linkVariadic(String name, FunctionDescriptor type, int firstVariadic) {
    return linkSystem(name, type, CallState.CAPTURE, Linker.Option.firstVariadicArg(firstVariadic));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle linkSystem(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  /**
   * Memory that the library owns, for reading.
   *
   * @param address of a structure that outlives every use of the result
   */
  @SuppressWarnings("restricted")
  public static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
