// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.transport.Endpoint;
import io.wisp.transport.MemberId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a node says of the members of its group, as {@link io.wisp.transport.GroupMembers} has it.
 *
 * @param lines by their names
 * @param members where clients reach each, by their identifiers
 */
record MemberReport(Map<String, String> lines, Map<String, Endpoint> members) {

  private static final String MEMBER = "member";

  /**
   * Reads the answer to CLUSTER MEMBERS.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  static MemberReport read(String answer) {
    Map<String, String> lines = new HashMap<>();
    for (String line : answer.split("\r?\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        lines.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    if (!lines.containsKey("self") || !lines.containsKey("group")) {
      throw new IllegalArgumentException("it answers as no member of a group does");
    }
    Map<String, Endpoint> members = new LinkedHashMap<>();
    for (int i = 0; lines.containsKey(MEMBER + i); i++) {
      String each = lines.getOrDefault(MEMBER + i, "");
      int blank = each.indexOf(' ');
      if (blank <= 0) {
        throw new IllegalArgumentException("\"" + each + "\" is no member");
      }
      members.put(each.substring(0, blank), endpoint(each.substring(blank + 1)));
    }
    return new MemberReport(Map.copyOf(lines), members);
  }

  /** Of HOST:PORT, whose host may be an address of IPv6 without brackets. */
  private static Endpoint endpoint(String address) {
    int colon = address.lastIndexOf(':');
    if (colon <= 0 || !address.substring(colon + 1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException("\"" + address + "\" is no address");
    }
    return new Endpoint(
        address.substring(0, colon), Integer.parseInt(address, colon + 1, address.length(), 10));
  }

  private String line(String name) {
    return lines.getOrDefault(name, "");
  }

  String group() {
    return line("group");
  }

  /** Which shard it is, with its slots, by the file of the node that was asked. */
  String shard() {
    return line("shard");
  }

  /** The identifier of the node that was asked. */
  String self() {
    return line("self");
  }

  /** Where others find it. */
  Endpoint address() {
    return endpoint(line("address"));
  }

  String leader() {
    return line("leader");
  }

  /** Whether the node that was asked leads. */
  boolean leads() {
    return self().equals(leader());
  }

  /** Whether it has never been a member. */
  boolean waits() {
    return line("waits").equals("yes");
  }

  /** What it was asked for last; empty if nothing. */
  String change() {
    return line("change");
  }

  boolean isUnderWay() {
    return line("change_state").equals("under way");
  }

  boolean hasFailed() {
    return line("change_state").equals("failed");
  }

  /** What has become of it, for people. */
  String outcome() {
    String failure = line("change_failure");
    return line("change_state") + (failure.isEmpty() ? "" : ": " + failure);
  }

  /** Where the others find a member. */
  Endpoint addressOf(String identifier) {
    return Objects.requireNonNull(members.get(identifier));
  }

  /** The members that are a node: two while it is replaced. */
  List<String> membersOf(String node) {
    return members.keySet().stream().filter(each -> MemberId.nodeOf(each).equals(node)).toList();
  }
}
