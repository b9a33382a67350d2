// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_MR;

import io.wisp.verbs.raw.MemoryCalls;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Set;

/**
 * Memory that a device may use, of any length. It is locked into physical memory as long as the
 * region exists. The memory stays its owner's, who must not free it (close its arena) before the
 * region is closed.
 */
public final class MemoryRegion extends VerbsObject {

  private final ProtectionDomain domain;
  private final MemorySegment segment;
  private final int access;
  private final int lkey;
  private final int rkey;

  private MemoryRegion(ProtectionDomain domain, long handle, MemorySegment segment, int access) {
    super(handle, "a memory region of " + domain.context().device().name(), domain);
    this.domain = domain;
    this.segment = segment;
    this.access = access;
    Structure region = Structure.at(IBV_MR, handle);
    lkey = region.number("lkey");
    rkey = region.number("rkey");
  }

  static MemoryRegion register(ProtectionDomain domain, MemorySegment segment, int access) {
    check(segment, access);
    long address = segment.address();
    long length = segment.byteSize();
    // As the header's macro does: the older function refuses flags that a kernel may ignore.
    boolean relaxed = (access & AccessFlag.RELAXED_ORDERING.code()) != 0;
    return create(
        (state, ignored) ->
            relaxed
                ? MemoryCalls.regMrIova2(state, domain.handle(), address, length, address, access)
                : MemoryCalls.regMr(state, domain.handle(), address, length, access),
        errno -> refused(domain.context(), address, length, access, errno),
        handle -> new MemoryRegion(domain, handle, segment, access),
        domain);
  }

  private static void check(MemorySegment segment, int access) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "the memory of a region must lie outside the Java heap, where it does not move:"
              + " allocate it with an Arena, map it, or use a direct buffer");
    }
    if (segment.byteSize() == 0) {
      throw new IllegalArgumentException("a memory region must have at least 1 byte");
    }
    if (segment.isReadOnly() && (access & AccessFlag.LOCAL_WRITE.code()) != 0) {
      throw new IllegalArgumentException(
          "the segment is read-only, so it cannot be registered with LOCAL_WRITE");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the arena of the segment is closed");
    }
  }

  static VerbsException refused(Context context, long address, long length, int access, int errno) {
    return new VerbsException(
        "ibv_reg_mr",
        String.format(
            Locale.ROOT,
            "%s, address=0x%x, length=%s, access=%s",
            context.argument(),
            address,
            Long.toUnsignedString(length),
            AccessFlag.text(access)),
        errno,
        Cures.ofRegistering(length, access, context.attributes(), errno));
  }

  /** The protection domain that it belongs to. */
  public ProtectionDomain domain() {
    return domain;
  }

  /** The memory. */
  public MemorySegment segment() {
    return segment;
  }

  /** Where the memory begins, in this process and for peers. */
  public long address() {
    return segment.address();
  }

  /** How many bytes it has. */
  public long length() {
    return segment.byteSize();
  }

  /** What may be done with it. */
  public Set<AccessFlag> access() {
    return AccessFlag.of(access);
  }

  /** The key with which our own requests name it. */
  public int lkey() {
    return lkey;
  }

  /** The key with which a peer names it: whoever knows it may do what {@link #access} says. */
  public int rkey() {
    return rkey;
  }

  @Override
  void destroy() {
    VerbsException.check(
        "ibv_dereg_mr",
        String.format(Locale.ROOT, "lkey=0x%x, length=%d", lkey, length()),
        MemoryCalls.deregMr(handle()));
  }
}
