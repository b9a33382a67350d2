// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The servers that share a log, as one of them knows them, and how others come and go. One change
 * is under way at a time, and the one that leads carries it out: it begins when it is asked for,
 * and {@link #description} tells of its end. No call waits for a disk or another server.
 * Thread-safe.
 */
public interface GroupMembers {

  /**
   * What is known, by names:
   *
   * <pre>
   * group          of which all are members, as a UUID
   * shard          the name of theirs, its slots, and the epoch of the file that gives them
   * self           this one's identifier: its node's name, and what was made when it came later
   * address        where others find it: HOST:PORT, as of clients
   * leader         the identifier of the one that leads; empty if that, or the members, are not known
   * waits          yes if this one has never been a member, and waits to be added; else no
   * member0, ...   the others and this one, if it is a member: IDENTIFIER HOST:PORT
   * change         what was asked for last: add IDENTIFIER, or remove IDENTIFIER; empty if nothing
   * change_state   what became of it: none, under way, done, failed, or unknown to this one
   * change_failure why it has failed, or is not known; else empty
   * </pre>
   *
   * <p>Only what a server was asked for itself is a change. The members are those of the log's last
   * committed entry that names them.
   */
  Map<String, String> description();

  /**
   * Begins to add a member. It is sent what the log has, and becomes one when it has caught up. One
   * that cannot be reached becomes none, and the change fails.
   *
   * @param identifier that the server has given itself
   * @param host where clients reach it
   * @param port likewise
   * @return why nothing has begun, as an error of Redis' form: TRYAGAIN and a sentence if it may go
   *     another time, or with another member; else ERR and a sentence. Null if it has begun
   */
  @Nullable String add(String identifier, String host, int port);

  /**
   * Begins to remove a member, which ends then. One that leads and is to remove itself has another
   * one lead first, and says TRYAGAIN: that one removes it.
   *
   * @return as {@link #add}
   */
  @Nullable String remove(String identifier);
}
