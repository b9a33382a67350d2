// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The arguments that commands and subcommands take, by the names that Redis 7.0 gives them, or
 * later ones where it has none. Who takes no arguments has no line.
 */
final class CommandSyntax {

  /** As {@link SyntaxParser} reads it, behind the name of each. */
  private static final String TEXT =
      """
      get key
      set key value [condition(NX|XX|IFEQ comparison-value)] [GET] [expiration(\
          EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time\
          |PXAT unix-time-milliseconds:unix-time|KEEPTTL)]
      setnx key value
      setex key seconds:integer value
      psetex key milliseconds:integer value
      getset key value
      getdel key
      getex key [expiration(\
          EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time\
          |PXAT unix-time-milliseconds:unix-time|PERSIST)]
      strlen key
      append key value
      delifeq key value
      mget key...
      mset key_value(key value)...
      msetnx key_value(key value)...
      getrange key start:integer end:integer
      substr key start:integer end:integer
      setrange key offset:integer value
      lcs key1:key key2:key [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]
      getbit key offset:integer
      setbit key offset:integer value:integer
      bitcount key [index(start:integer end:integer [index_unit(BYTE|BIT)])]
      bitpos key bit:integer \
          [index(start:integer [end_index(end:integer [index_unit(BYTE|BIT)])])]
      incr key
      decr key
      incrby key increment:integer
      decrby key decrement:integer
      incrbyfloat key increment:double
      del key...
      unlink key...
      exists key...
      touch key...
      object|encoding key
      object|refcount key
      object|idletime key
      object|freq key
      memory|usage key [SAMPLES count:integer]
      rename key newkey:key@1
      renamenx key newkey:key@1
      copy source:key destination:key@1 [DB destination-db:integer] [REPLACE]
      type key
      keys pattern:pattern
      scan cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]
      flushdb [async(ASYNC|SYNC)]
      flushall [async(ASYNC|SYNC)]
      expire key seconds:integer [condition(NX|XX|GT|LT)]
      pexpire key milliseconds:integer [condition(NX|XX|GT|LT)]
      expireat key unix-time-seconds:unix-time [condition(NX|XX|GT|LT)]
      pexpireat key unix-time-milliseconds:unix-time [condition(NX|XX|GT|LT)]
      persist key
      ttl key
      pttl key
      expiretime key
      pexpiretime key
      watch key...
      auth [username] password
      hello [arguments(protover:integer \
          [AUTH username_password(username password)] [SETNAME clientname])]
      ping [message]
      echo message
      select index:integer
      client|setname connection-name
      client|setinfo attr(LIB-NAME libname|LIB-VER libver)
      client|list [TYPE normal_master_replica_pubsub(NORMAL|MASTER|REPLICA|PUBSUB)] \
          [ID id(client-id:integer...)]
      client|kill filter(ip:port:string|new-format([ID client-id:integer]\
          |[TYPE normal_master_slave_pubsub(NORMAL|MASTER|SLAVE|REPLICA|PUBSUB)]\
          |[USER username]|[ADDR ip:port:string]|[LADDR ip:port:string]|[SKIPME yes/no])...)
      client|reply on_off_skip(ON|OFF|SKIP)
      client|no-evict enabled(ON|OFF)
      client|no-touch enabled(ON|OFF)
      command|list \
          [FILTERBY filterby(MODULE module-name|ACLCAT category|PATTERN pattern:pattern)]
      command|info [command-name...]
      command|docs [command-name...]
      command|getkeys command arg...
      config|get parameter(parameter)...
      config|set parameter_value(parameter value)...
      info [section...]
      pubsub|channels [pattern:pattern]
      pubsub|numsub [channel...]
      pubsub|shardchannels [pattern:pattern]
      pubsub|shardnumsub [shardchannel...]
      wait numreplicas:integer timeout:integer
      latency|history event
      latency|reset [event...]
      latency|histogram [command...]
      lolwut [VERSION version:integer]
      slowlog|get [count:integer]
      cluster|keyslot key:string
      cluster|countkeysinslot slot:integer
      cluster|getkeysinslot slot:integer count:integer
      cluster|replicas node-id
      cluster|slaves node-id
      cluster|count-failure-reports node-id
      cluster|add-member identifier host port:integer
      cluster|remove-member identifier
      moveslots|import move:integer slots source epoch:integer
      moveslots|clean move:integer cursor
      moveslots|store move:integer record(key:string expiry:integer value)...
      moveslots|take move:integer
      moveslots|drop move:integer
      moveslots|track move:integer slots
      moveslots|read move:integer cursor
      moveslots|changes move:integer
      moveslots|leave move:integer slots target epoch:integer
      moveslots|keep move:integer
      moveslots|give move:integer
      moveslots|purge cursor
      """;

  private static final Map<String, List<ArgumentSyntax>> ALL =
      TEXT.lines()
          .map(line -> line.split(" ", 2))
          .collect(
              Collectors.toUnmodifiableMap(line -> line[0], line -> SyntaxParser.parse(line[1])));

  private CommandSyntax() {}

  /** The arguments of a command, or of a subcommand by the name {@code command|subcommand}. */
  static List<ArgumentSyntax> of(String name) {
    return ALL.getOrDefault(name, List.of());
  }
}
