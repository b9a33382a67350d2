// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code environment.json}: under which conditions a run took place. {@code
 * results/FORMAT.md} describes it field by field. What could not be found out is null.
 */
public record Environment(
    String format,
    int version,
    String startedAt,
    List<String> commandLine,
    Software software,
    Machine machine,
    Java java,
    List<TransportState> transports,
    List<RdmaDevice> rdmaDevices) {

  /** Its name in the folder of a run. */
  public static final String FILE = "environment.json";

  /** What it says that it is. */
  public static final String FORMAT = "wisp-environment";

  /** Of its format. */
  public static final int VERSION = 1;

  /**
   * What was measured.
   *
   * @param commit of the working tree that holds the program
   * @param dirty whether that tree had changes that are in no commit
   * @param jarSha256 of the jar that ran; null if it ran from a folder of classes
   */
  public record Software(
      @Nullable String commit, @Nullable Boolean dirty, @Nullable String jarSha256) {}

  /**
   * Where it was measured.
   *
   * @param guest what runs the project's own guest, "tcg" or "kvm"; null outside of it
   */
  public record Machine(
      @Nullable String cpu,
      int cores,
      @Nullable String allowedCores,
      @Nullable Long memoryBytes,
      String kernel,
      @Nullable String distribution,
      @Nullable String virtualization,
      @Nullable String guest,
      @Nullable String governor,
      @Nullable String transparentHugePages,
      @Nullable String loadAverage) {}

  /**
   * What it ran on.
   *
   * @param flags of the JVM that started the forks; a fork's own are with its measurement
   */
  public record Java(String version, String vendor, String virtualMachine, List<String> flags) {}

  /** A transport of this build, and why this machine cannot run it, or null if it can. */
  public record TransportState(String name, @Nullable String unavailable) {}

  /**
   * An RDMA device of the machine, used or not.
   *
   * @param driver of the kernel; "rxe" is Soft-RoCE and "siw" Soft-iWARP
   * @param emulated whether it is software alone, so that its times say nothing of hardware
   */
  public record RdmaDevice(
      String name,
      @Nullable String nodeType,
      @Nullable String driver,
      @Nullable String firmware,
      boolean emulated,
      List<RdmaPort> ports) {}

  /** A port of an RDMA device, by its number. */
  public record RdmaPort(
      String port,
      @Nullable String state,
      @Nullable String physicalState,
      @Nullable String linkLayer,
      @Nullable String rate) {}
}
