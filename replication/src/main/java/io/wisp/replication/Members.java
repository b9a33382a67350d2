// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.MemberId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * Who shares the log. That is what its last committed entry says which names members, and the file
 * says only with whom the group began. The cluster's map is told of it; who is not among them waits
 * to be added, and who was, and is not any more, is to end.
 *
 * <p>{@link #look} is for one thread, and all else for any.
 */
final class Members implements GroupMembers {

  private static final String REMOVED = "the others have removed it from the group";

  private static final String NO_MEMBER =
      "by its log it is no member: the others have removed it, or it ended before it had become one."
          + " It begins with a new folder and --join";

  private static final String ENDED =
      "Ratis has ended, as it does when the others have removed or replaced a member while it was"
          + " away; else raft.log says more";

  private final RaftEngine engine;
  private final DataFolder folder;
  private final Group group;
  private final ClusterMember member;
  private final StoreMachine machine;
  private final Consumer<String> notices;
  private final AtomicReference<Change> change = new AtomicReference<>(Change.NOTHING);

  /** By the last entry that was committed, as far as this member knows. */
  private volatile GroupConfiguration inForce =
      new GroupConfiguration(Long.MIN_VALUE, List.of(), List.of());

  private volatile boolean waits;
  private boolean hasLooked;
  private boolean wasMember;
  private boolean toldOfWaiting;

  /**
   * Those of a log.
   *
   * @param member is told of others
   * @param machine by which it is known what was committed
   */
  Members(
      RaftEngine engine,
      DataFolder folder,
      Group group,
      ClusterMember member,
      StoreMachine machine,
      Consumer<String> notices) {
    this.engine = engine;
    this.folder = folder;
    this.group = group;
    this.member = member;
    this.machine = machine;
    this.notices = notices;
  }

  /**
   * Looks for what has changed.
   *
   * @param standing of this member
   * @throws IOException if it is to end; the message says why
   */
  void look(RaftEngine.Standing standing) throws IOException {
    // First, or another entry might have come in the place of the one that is looked at.
    long applied = applied();
    GroupConfiguration now = engine.configuration();
    String self = folder.member();
    if (!hasLooked && now.index() >= 0 && !now.knows(self)) {
      throw new IOException(NO_MEMBER);
    }
    hasLooked = true;
    // What is not committed may never have been.
    wasMember |= now.knows(self) && now.index() <= applied;
    boolean isMember = now.member(self) != null;
    if (!engine.isRunning()) {
      throw new IOException(wasMember && !isMember ? REMOVED : ENDED);
    }
    if (now.isStable() && now.index() <= applied && now.index() != inForce.index()) {
      // One that was elected amid the change goes on until Ratis has told the others, and ends it.
      if (wasMember && !isMember && !standing.leads()) {
        throw new IOException(REMOVED);
      }
      follow(now, self, standing.leader());
      inForce = now;
    }
    waits = !wasMember && !now.knows(self);
    if (waits && !toldOfWaiting) {
      toldOfWaiting = true;
      notices.accept(
          "this member is %s, and waits for the others to add it: ./wisp cluster add, or replace"
              .formatted(self));
    }
  }

  /** Up to which entry all are committed. Members of the file hold from the beginning. */
  private long applied() {
    return machine.getLastAppliedTermIndex().getIndex();
  }

  private void follow(GroupConfiguration now, String self, @Nullable String leader)
      throws IOException {
    RaftPeer own = now.member(self);
    if (own == null) {
      return;
    }
    if (!own.getAddress().equals(Group.address(group.self()))) {
      throw new IOException(
          "the others find it at %s, and by its file it is at %s: start it with another file, or have"
                  .formatted(own.getAddress(), Group.address(group.self()))
              + " it removed, and begin with a new folder and --join");
    }
    // Two of one node are there while it is replaced, and clients want the one that leads.
    Map<String, ClusterNode> nodes = new LinkedHashMap<>();
    for (RaftPeer each : now.members()) {
      ClusterNode there = group.node(each);
      boolean isLeader = each.getId().toString().equals(leader);
      if (isLeader || !nodes.containsKey(there.name())) {
        nodes.put(there.name(), there);
      }
    }
    nodes.put(group.self().name(), group.node(own));
    member.share(List.copyOf(nodes.values()), epoch(machine.term(), now));
  }

  /**
   * That of the shard in a term. It grows with each term, and with each entry that names members:
   * so whoever knows a later master or later members has a greater one.
   */
  long epoch(long term) {
    return epoch(term, inForce);
  }

  private long epoch(long term, GroupConfiguration configuration) {
    return member.map().epoch() + term + Math.max(0, configuration.index());
  }

  /**
   * The name of the node that a member is, if the cluster's map has it; else null. Another member
   * that is this node, before or after this one, has none: this one would seem to be the master.
   */
  @Nullable String nodeOf(@Nullable String identifier) {
    if (identifier == null) {
      return null;
    }
    String name = MemberId.nodeOf(identifier);
    boolean isOther = name.equals(member.name()) && !identifier.equals(folder.member());
    return isOther || member.map().indexOf(name) < 0 ? null : name;
  }

  /** Whether this one has never been a member. */
  boolean waits() {
    return waits;
  }

  @Override
  public Map<String, String> description() {
    Change last = change.get();
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("group", folder.group().toString());
    lines.put("shard", group.shard() + ", slots " + group.slots());
    lines.put("self", folder.member());
    lines.put("address", group.self().address());
    List<RaftPeer> members = inForce.members();
    // One that does not know the members yet can have nothing changed either.
    lines.put("leader", members.isEmpty() ? "" : leader());
    lines.put("waits", waits ? "yes" : "no");
    for (int i = 0; i < members.size(); i++) {
      RaftPeer each = members.get(i);
      lines.put("member" + i, each.getId() + " " + group.node(each).address());
    }
    lines.put("change", last.what());
    lines.put("change_state", last.state().toString());
    lines.put("change_failure", last.failure());
    return lines;
  }

  private String leader() {
    try {
      String leader = engine.standing().leader();
      return leader == null ? "" : leader;
    } catch (IOException e) {
      // It ends.
      return "";
    }
  }

  @Override
  public @Nullable String add(String identifier, String host, int port) {
    if (!MemberId.isOne(identifier)) {
      return "ERR that is no identifier of a member: CLUSTER MEMBERS of the new one says it as self";
    }
    ClusterNode added;
    try {
      added = new ClusterNode(MemberId.nodeOf(identifier), host, port, List.of(), group.shard());
    } catch (IllegalArgumentException e) {
      return "ERR " + e.getMessage();
    }
    String fault = Group.faultOf(added);
    if (fault == null) {
      fault = conflictOf(added);
    }
    if (fault != null) {
      return "ERR " + fault;
    }
    return begin(
        "add " + identifier,
        now -> {
          if (now.member(identifier) != null) {
            return null;
          }
          List<RaftPeer> next = new ArrayList<>(now.members());
          next.add(Group.peer(identifier, added));
          return next;
        },
        "ERR " + identifier + " is a member already");
  }

  /** Another node that is in its way; a member that it replaces is none. */
  private @Nullable String conflictOf(ClusterNode added) {
    ClusterMap map = member.map();
    for (ClusterNode each : map.nodes()) {
      boolean isSameName = each.name().equals(added.name());
      if (isSameName ? !each.shard().equals(added.shard()) : isAt(each, added)) {
        return "the cluster has node " + each + " of shard " + each.shard() + " already";
      }
    }
    return map.nodes().size() < ClusterMap.MAX_NODES || map.indexOf(added.name()) >= 0
        ? null
        : "a cluster has " + ClusterMap.MAX_NODES + " nodes at most";
  }

  private static boolean isAt(ClusterNode one, ClusterNode other) {
    return one.address().equals(other.address());
  }

  @Override
  public @Nullable String remove(String identifier) {
    return begin(
        "remove " + identifier,
        now -> {
          List<RaftPeer> next = new ArrayList<>(now.members());
          RaftPeer removed = now.member(identifier);
          return removed == null || !next.remove(removed) || next.isEmpty() ? null : next;
        },
        "ERR there is no such member, or no other one");
  }

  /**
   * Why some members might commit nothing; null if they can. Once they are the members, nobody else
   * can commit that others are. One that comes does not count: in Ratis it has no vote before it
   * has been told that it is a member. To a member that is alone it is the only other one.
   */
  private @Nullable String silenceOf(GroupConfiguration now, List<RaftPeer> next)
      throws IOException {
    Set<String> answering = engine.answering();
    long count = next.stream().filter(each -> answering.contains(each.getId().toString())).count();
    return 2 * count > next.size() || now.members().size() == 1
        ? null
        : "TRYAGAIN of the %s members that there would be %s answer, and more than half must"
            .formatted(next.size(), count);
  }

  /** What the members are to be; null if that cannot be. */
  @FunctionalInterface
  private interface Step {
    @Nullable List<RaftPeer> from(GroupConfiguration now);
  }

  private @Nullable String begin(String what, Step step, String otherwise) {
    try {
      RaftEngine.Standing standing = engine.standing();
      if (!standing.leads()) {
        String leader = standing.leader();
        return "TRYAGAIN this member does not lead the group, and "
            + (leader == null ? "knows of nobody who does" : leader + " does");
      }
      long applied = applied();
      GroupConfiguration now = engine.configuration();
      if (change.get().isUnderWay() || !now.isStable() || now.index() > applied) {
        return "TRYAGAIN another change is under way";
      }
      if (now.member(folder.member()) == null) {
        return "TRYAGAIN this member is being removed";
      }
      List<RaftPeer> next = step.from(now);
      if (next == null) {
        return otherwise;
      }
      String silence = silenceOf(now, next);
      if (silence != null) {
        return silence;
      }
      boolean isOwnEnd = next.stream().noneMatch(each -> isSelf(each.getId()));
      return isOwnEnd ? handOver(next) : begin(Change.begun(what), now, next);
    } catch (IOException e) {
      return "TRYAGAIN this member ends: " + RaftEngine.reason(e);
    }
  }

  /**
   * Has the one lead that has most of the log, of those that stay. Ratis' leader that removes
   * itself closes while it holds the lock that a request waits for, and waits for the request:
   * neither ends.
   */
  private String handOver(List<RaftPeer> next) throws IOException {
    Set<String> answering = engine.answering();
    RaftPeerId successor = null;
    long most = applied() - RaftSettings.NEWCOMER_ENTRIES;
    for (RaftPeer each : next) {
      long committed = engine.committed(each.getId());
      if (committed >= most && answering.contains(each.getId().toString())) {
        successor = each.getId();
        most = committed;
      }
    }
    if (successor == null) {
      return "TRYAGAIN this member leads, and no other one has nearly all of the log";
    }
    var _ = engine.handOver(successor);
    return "TRYAGAIN this member leads, and has %s lead before it is removed".formatted(successor);
  }

  private boolean isSelf(RaftPeerId identifier) {
    return identifier.toString().equals(folder.member());
  }

  private @Nullable String begin(Change begun, GroupConfiguration now, List<RaftPeer> next) {
    Change before = change.get();
    if (before.isUnderWay() || !change.compareAndSet(before, begun)) {
      return "TRYAGAIN another change is under way: " + change.get().what();
    }
    var _ =
        engine
            .change(now.members(), List.copyOf(next))
            .whenComplete((_, error) -> change.set(begun.ended(error)));
    return null;
  }

  /** The members, for people. */
  @Override
  public String toString() {
    GroupConfiguration now = inForce;
    return now.members().isEmpty()
        ? group.toString()
        : now.members().stream()
            .map(each -> each.getId() + " at " + each.getAddress())
            .collect(Collectors.joining(", "));
  }
}
