// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cli.common.Streams;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.SlotRange;
import io.wisp.measure.input.UserError;
import io.wisp.store.Store;
import io.wisp.transport.Membership;
import io.wisp.transport.WriteLog;
import io.wisp.transport.WriteLogProvider;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The log of a server whose writes are to last, and what the operator is told of it.
 *
 * @param folder where it is, or will be
 * @param isOfNewMember whether it is made for a node that shares its log
 * @param joins the group of which that is, if the group is there already; else null
 */
record LoggedData(Path folder, boolean isOfNewMember, @Nullable UUID joins) {

  /** Says in which folder the jars are that a log takes. */
  private static final String JARS = "wisp.replication";

  /** Where they are beside the command's own jar, unless that is said. */
  private static final String BESIDE = "replication";

  /** What --data names. */
  static LoggedData named(String path, boolean isOfNewMember, @Nullable UUID joins) {
    if (path.isBlank()) {
      throw UserError.usage("--data is empty");
    }
    try {
      return new LoggedData(Path.of(path).toAbsolutePath(), isOfNewMember, joins);
    } catch (InvalidPathException e) {
      throw UserError.usage("--data " + path + " is no name of a folder");
    }
  }

  /**
   * Opens it, which fills a store, and says what is promised. That may take minutes; meanwhile a
   * signal ends the process, which a log outlives at any moment.
   *
   * @param member the node that the server is, or null
   * @param host where it listens
   * @throws UserError if it cannot be opened; nothing was lost
   */
  WriteLog open(
      Store store, @Nullable ClusterMember member, String host, Streams streams, StopSignal stop) {
    PrintStream out = streams.out();
    Membership membership =
        member != null && member.hasReplicas()
            ? new Membership(member, host, isOfNewMember, joins, stop::giveByMember)
            : null;
    WriteLogProvider provider = provider();
    long began = System.nanoTime();
    out.println("data    " + folder + ": reading");
    stop.endsAtOnce(true);
    try {
      WriteLog log =
          provider.open(
              folder,
              store,
              member,
              membership,
              notice -> streams.err().println("WARNING: " + notice));
      if (membership == null) {
        out.printf(
            Locale.ROOT,
            "        %,d keys, in %.3f s; %s%n",
            store.size(),
            (System.nanoTime() - began) / 1e9,
            FileSystemType.of(folder).promiseOfLog());
        if (member != null && member.map().moves() > 0) {
          String slots = SlotRange.textOf(member.node().slots());
          out.println(
              "        slots have moved, and the node has "
                  + (slots.isEmpty() ? "none" : slots)
                  + " now");
        }
      } else {
        out.println("        each write is on the disks of a majority before it is acknowledged");
      }
      if (member != null && !member.misplaced().isEmpty()) {
        streams
            .err()
            .println(
                ("WARNING: by the log slots %s have moved, and this later file puts them elsewhere:"
                        + " their keys are where they moved, and nobody serves them from there")
                    .formatted(SlotRange.textOf(member.misplaced())));
      }
      return log;
    } catch (IOException e) {
      String why = e.getMessage();
      throw UserError.failure("--data: " + (why == null ? e : why));
    } finally {
      stop.endsAtOnce(false);
    }
  }

  private static WriteLogProvider provider() {
    Optional<WriteLogProvider> known = ServiceLoader.load(WriteLogProvider.class).findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    Path jars = jars();
    ClassLoader own = LoggedData.class.getClassLoader();
    // Open as long as the process, which loads classes from it whenever it needs them.
    ClassLoader loader = new URLClassLoader("replication", urls(jars), own);
    return ServiceLoader.load(WriteLogProvider.class, loader)
        .findFirst()
        .orElseThrow(
            () ->
                UserError.failure(
                    ("--data needs jars that are not in %s: ./wisp builds them when it starts such"
                            + " a server; -D%s=FOLDER says where they are")
                        .formatted(jars, JARS)));
  }

  private static Path jars() {
    String said = System.getProperty(JARS);
    if (said != null) {
      return Path.of(said);
    }
    // Of "java -jar" this is the jar.
    Path jar = Path.of(System.getProperty("java.class.path").split(File.pathSeparator, 2)[0]);
    return jar.toAbsolutePath().resolveSibling(BESIDE);
  }

  private static URL[] urls(Path folder) {
    File @Nullable [] files = folder.toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (files == null) {
      return new URL[0];
    }
    // Wisp's own come first: a build leaves jars of earlier ones, with services in place of its
    // own.
    Arrays.sort(files, Comparator.comparing(file -> !file.getName().startsWith("wisp-")));
    URL[] urls = new URL[files.length];
    for (int i = 0; i < files.length; i++) {
      try {
        urls[i] = files[i].toURI().toURL();
      } catch (MalformedURLException e) {
        throw UserError.failure(files[i] + " cannot be loaded: " + e.getMessage());
      }
    }
    return urls;
  }
}
