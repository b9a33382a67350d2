// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The type of a file system, and what can be promised of what is kept on it.
 *
 * @param name that the kernel has for it, as mount(8) shows it. It tells more than the number that
 *     statfs(2) gives, which is the same for all of FUSE, virtiofs included
 * @see <a href="https://man7.org/linux/man-pages/man2/statfs.2.html">statfs(2)</a>
 */
record FileSystemType(String name) {

  /** Gone when the machine is. */
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "hugetlbfs", "devtmpfs");

  /**
   * Where other machines have the files, or write to them as well, and do with pages and locks what
   * they like: over a network, from the host of a virtual machine, on a disk that several share.
   */
  private static final Set<String> OF_OTHER_MACHINES =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "smbfs",
          "afpfs",
          "webdav",
          "ncpfs",
          "afs",
          "coda",
          "ceph",
          "lustre",
          "beegfs",
          "gpfs",
          "panfs",
          "pvfs2",
          "wekafs",
          "dvs",
          "9p",
          "virtiofs",
          "hostfs",
          "vboxsf",
          "vmhgfs",
          "prl_fs",
          "fakeowner",
          "gfs",
          "gfs2",
          "ocfs2",
          "acfs",
          "cvfs");

  /**
   * Of this machine or not: the pages are those of the process that serves it, and when that one
   * ends and another one goes on, nothing tells that what was written last is missing.
   */
  private static final Pattern FUSE = Pattern.compile("fuse(blk)?(\\..+)?");

  /** That of a file, which need not be there; without a name if its folder is not there either. */
  static FileSystemType of(Path file) throws IOException {
    Path there = Files.exists(file) ? file : file.getParent();
    return new FileSystemType(
        there == null || !Files.exists(there) ? "" : Files.getFileStore(there).type());
  }

  /** Refuses one on which nothing could be promised. */
  void requirePromise() {
    if (OF_OTHER_MACHINES.contains(name)) {
      throw refusal("which other machines serve or share: name a file on this one");
    }
    if (FUSE.matcher(name).matches()) {
      throw refusal(
          "which a process serves (FUSE), with whose end writes are lost: name a file on a file"
              + " system of the kernel's own");
    }
  }

  private UserError refusal(String reason) {
    return UserError.failure(
        "--keep: nothing could be promised on the file system " + name + ", " + reason);
  }

  /** What can be promised of a table. */
  String promise() {
    return isInMemory()
        ? "outlives this process, not the machine"
        : "outlives this process, and after an orderly end the machine";
  }

  /** What can be promised of a log. */
  String promiseOfLog() {
    return isInMemory()
        ? "the log is in memory: it outlives this process, not the machine"
        : "each write is on the disk before it is acknowledged";
  }

  private boolean isInMemory() {
    return IN_MEMORY.contains(name);
  }
}
