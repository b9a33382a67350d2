// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.tcp.command.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Draws requests of every command that the server claims: right ones, and ones that are wrong in
 * one way or more. What only a clock or chance decides is left out: no expiry is soon, so a key
 * that expires has done so at once or does not during the test.
 */
final class RandomCommands {

  /** How replies of two servers to the same request are compared. */
  enum Comparison {
    EXACT,
    /** Their types, and the words of errors: what is in them is each server's own. */
    TYPE,
    /** Their elements in any order. */
    SET,
    /** The names in a map. */
    NAMES,
    /** Numbers but for what passes between two calls. */
    TIME
  }

  record Request(List<String> words, Comparison comparison) {}

  private static final String[] KEYS = {
    "k1", "k2", "k3", "k4", "n1", "n2", "k\u00ff\0\r\n", "x".repeat(300)
  };
  private static final String[] SUBCOMMANDS = {
    "ENCODING", "freq", "USAGE", "LIST", "getkeys", "HELP", "FOO"
  };
  private static final String[] VALUES = {
    "",
    "a",
    "hello",
    "\0\r\n\u00ff\u0080",
    "0",
    "10",
    "-5",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775800",
    "007",
    " 1",
    "1 ",
    "+1",
    "1.5",
    "0.30000000000000000001",
    "-1e-17",
    "inf",
    "hello, well, hello",
    "\u00ff\u00ff\u00f0\0\0\0\0\0\0\u0001",
    "v".repeat(1000)
  };
  private static final String[] NUMBERS = {
    "0",
    "1",
    "-1",
    "5",
    "100000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "abc",
    "",
    "1.5",
    "+1",
    "01",
    "-0",
    " 1",
    "1 ",
    "\u00b2"
  };

  /** As an expiry each of these is wrong, or means now; from now or from the epoch. */
  private static final String[] TIMES = {
    "0",
    "-1",
    "-100000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "9223372036854776",
    "-9223372036854776",
    "abc",
    "",
    "1.5",
    "+1",
    "01",
    "-0"
  };

  /** No offset lets values grow so much that a command on two of them takes long. */
  private static final String[] OFFSETS = {
    "0",
    "1",
    "7",
    "8",
    "63",
    "64",
    "100",
    "3000",
    "-1",
    "-9",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "abc",
    "",
    "1.5",
    "#1"
  };

  /** An option that Redis does not know, so that it must not change anything. */
  private static final String NEVER_EQUAL = "IFEQ never-a-value";

  private static final String[] FLOATS = {
    "0",
    "0.1",
    "-0.2",
    "1.5",
    "3.0e3",
    "-1e-5",
    ".5",
    "5.",
    ".",
    "1e",
    "+7",
    "0x1p3",
    "0X.8",
    "0x",
    "-0xAp-1",
    "123456789.123456789123456789",
    "18446744073709551616",
    "18446744073709551617",
    "1e300",
    "-1e300",
    "1.18973149535723176502e+4932",
    "1e4932",
    "1.1897e4933",
    "1e-4950",
    "1e-4951",
    "1e-4960",
    "1e99999999999",
    "0e99999999999",
    "inf",
    "-Infinity",
    "infinit",
    "nan",
    "-0",
    " 1",
    "1 ",
    "1,5",
    "",
    "abc",
    "9".repeat(5119),
    "0".repeat(5118) + "1",
    "0".repeat(5119) + "1"
  };

  /** Of those that Redis has only the first, for what is in another we would not see. */
  private static final String[] DATABASES = {
    "0", "0", "-1", "16", "abc", "", "9223372036854775808", "99999999999"
  };

  private static final String[] PATTERNS = {
    "*", "k*", "?1", "[kn]1", "[^k]1", "k[1-3]", "\\k1", "", "nothing", "*x*x*", "[", "k[", "[1-",
    "k\\"
  };

  private static final List<String> PUBSUB =
      List.of(
          "CHANNELS",
          "channels *",
          "CHANNELS a b",
          "NUMPAT",
          "NUMPAT x",
          "NUMSUB",
          "numsub a b",
          "SHARDCHANNELS",
          "ShardChannels a b",
          "SHARDNUMSUB a",
          "HELP",
          "FOO");
  private static final String[] LATENCY = {
    "LATEST",
    "HISTORY command",
    "history foo",
    "RESET",
    "RESET foo",
    "RESET foo command",
    "HISTOGRAM foo",
    "FOO"
  };

  private static final String[] LOLWUT = {
    "", " VERSION 99", " VERSION x", " version 99 1", " VERSION", " FOO"
  };

  private final Random random;
  private final Map<String, Supplier<Request>> drawn = new LinkedHashMap<>();
  private final ArrayDeque<Supplier<Request>> planned = new ArrayDeque<>();
  private final List<String> names;
  private long futures;

  RandomCommands(Random random) {
    this.random = random;
    addStrings();
    addParts();
    addBits();
    addKeys();
    addExpiries();
    addTransactions();
    addConnection();
    addCluster();
    names = List.copyOf(drawn.keySet());
  }

  /** The names of the commands of which requests are drawn. */
  Set<String> names() {
    return drawn.keySet();
  }

  /**
   * The next request. Behind a MULTI or WATCH those follow that make a transaction of it, so that
   * many of them come to their end.
   */
  Request next() {
    if (!planned.isEmpty()) {
      return planned.removeFirst().get();
    }
    String name = one(names);
    if (name.equals("multi")) {
      planTransaction();
    } else if (name.equals("watch")) {
      for (int i = random.nextInt(4); i > 0; i--) {
        planned.add(() -> draw(request -> !isOf(request, "multi")));
      }
      planned.add(() -> new Request(words("multi"), Comparison.EXACT));
      planTransaction();
    }
    return draw(name);
  }

  private void planTransaction() {
    for (int i = random.nextInt(6); i > 0; i--) {
      planned.add(() -> draw(RandomCommands::isQueuedByBoth));
    }
    if (random.nextInt(8) == 0) {
      // Redis queues it and we do not; so it must not come to EXEC.
      planned.add(() -> draw(RandomCommands::isQueuedByRedisAlone));
      planned.add(() -> new Request(words("discard"), Comparison.EXACT));
    } else {
      String end = random.nextInt(8) == 0 ? "discard" : "exec";
      planned.add(() -> new Request(words(end), Comparison.EXACT));
    }
  }

  private Request draw(String name) {
    return Objects.requireNonNull(drawn.get(name)).get();
  }

  private Request draw(Predicate<Request> wanted) {
    Request request;
    do {
      request = draw(one(names));
    } while (!wanted.test(request));
    return request;
  }

  /** Redis does not know DELIFEQ. */
  private static boolean isQueuedByBoth(Request request) {
    return !isQueuedByRedisAlone(request) && !isOf(request, "delifeq");
  }

  private static boolean isQueuedByRedisAlone(Request request) {
    return Command.isRefusedInTransactions(request.words().getFirst().toLowerCase(Locale.ROOT));
  }

  private static boolean isOf(Request request, String name) {
    return request.words().getFirst().equalsIgnoreCase(name);
  }

  private void addStrings() {
    add("get", this::key);
    add(
        "set",
        this::key,
        this::value,
        () -> options(expiryOptions("NX", "XX", "GET", "KEEPTTL", "FOO", "NX GET", NEVER_EQUAL)));
    add("setnx", this::key, this::value);
    add("setex", this::key, this::time, this::value);
    add("psetex", this::key, this::time, this::value);
    add("getset", this::key, this::value);
    add("getdel", this::key);
    add("getex", this::key, () -> options(expiryOptions("PERSIST", "FOO", "NX")));
    add("strlen", this::key);
    add("append", this::key, this::value);
    add("mget", this::key, () -> some(this::key));
    add("mset", this::key, this::value, () -> some(() -> join(key(), value())));
    add("msetnx", this::key, this::value, () -> some(() -> join(key(), value())));
    add("incr", this::key);
    add("decr", this::key);
    add("incrby", this::key, this::number);
    add("decrby", this::key, this::number);
    add("incrbyfloat", this::key, this::floating);
    // Redis does not know it, so it must not change anything.
    drawn.put(
        "delifeq",
        () -> request(Comparison.EXACT, words("delifeq", one(KEYS), "never the value of a key")));
  }

  private void addParts() {
    add("getrange", this::key, this::offset, this::offset);
    add("substr", this::key, this::offset, this::offset);
    add("setrange", this::key, this::offset, this::value);
    add(
        "lcs",
        this::key,
        this::key,
        () ->
            options(
                List.of(
                    "LEN",
                    "IDX",
                    "IDX WITHMATCHLEN",
                    "WITHMATCHLEN",
                    "MINMATCHLEN " + one(OFFSETS),
                    "MINMATCHLEN",
                    "FOO")));
  }

  private void addBits() {
    add("getbit", this::key, this::offset);
    add("setbit", this::key, this::offset, () -> words(one("0", "1", "0", "1", "2", "-1", "abc")));
    add("bitcount", this::key, this::bitRange);
    add("bitpos", this::key, () -> words(one("0", "1", "0", "1", "2", "abc")), this::bitRange);
  }

  private List<String> bitRange() {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      words.addAll(words.size() < 2 ? offset() : words(one("BIT", "byte", "FOO")));
    }
    return words;
  }

  private void addKeys() {
    for (String name : List.of("del", "unlink", "exists", "touch")) {
      add(name, this::key, () -> some(this::key));
    }
    add("rename", this::key, this::key);
    add("renamenx", this::key, this::key);
    add(
        "copy",
        this::key,
        this::key,
        () -> options(List.of("REPLACE", "DB " + one(DATABASES), "DB", "FOO")));
    add("type", this::key);
    add(Comparison.TYPE, "randomkey");
    add(Comparison.SET, "keys", () -> List.of(one(PATTERNS)));
    // More than there are keys, so that one call gives them all.
    drawn.put("scan", this::scan);
    drawn.put("object", this::object);
    drawn.put(
        "memory",
        () ->
            request(
                Comparison.TYPE,
                join(
                    words("memory", one("USAGE", "usage", "STATS", "FOO"), one(KEYS)),
                    options(
                        List.of("SAMPLES 5", "SAMPLES 0", "SAMPLES -1", "SAMPLES a", "FOO 1")))));
    drawn.put("dbsize", () -> request(Comparison.TYPE, List.of("dbsize")));
    drawn.put("flushdb", () -> flush("flushdb"));
    drawn.put("flushall", () -> flush("flushall"));
  }

  private void addExpiries() {
    for (String name : List.of("expire", "pexpire", "expireat", "pexpireat")) {
      add(name, this::key, this::time, () -> options(List.of("NX", "XX", "GT", "LT", "FOO")));
    }
    add("persist", this::key);
    add(Comparison.TIME, "ttl", this::key);
    add(Comparison.TIME, "pttl", this::key);
    add(Comparison.TIME, "expiretime", this::key);
    add(Comparison.TIME, "pexpiretime", this::key);
  }

  private void addTransactions() {
    add("multi");
    add("exec");
    add("discard");
    add("unwatch");
    add("watch", this::key, () -> some(this::key));
  }

  private void addConnection() {
    add("ping", () -> some(this::value));
    add("echo", this::value);
    drawn.put("select", () -> request(Comparison.EXACT, words("select", one(DATABASES))));
    add("auth", this::value, () -> some(this::value));
    drawn.put("hello", this::hello);
    add("reset");
    add(Comparison.TYPE, "time");
    drawn.put("wait", this::waiting);
    drawn.put("client", this::client);
    drawn.put("command", this::command);
    drawn.put("config", this::config);
    drawn.put(
        "info",
        () ->
            request(
                Comparison.TYPE,
                join(
                    words("info"),
                    some(
                        () ->
                            words(
                                one(
                                    "server",
                                    "ALL",
                                    "everything",
                                    "default",
                                    "foo",
                                    "clients",
                                    "MEMORY"))))));
    add("acl", () -> words(one("WHOAMI", "whoami", "WHOAMI x", "HELP", "FOO").split(" ", -1)));
    add(Comparison.TYPE, "lastsave");
    add("module", () -> words(one("LIST", "list", "LIST x", "HELP", "FOO").split(" ", -1)));
    add("pubsub", () -> words(one(PUBSUB).split(" ", -1)));
    add(Comparison.TYPE, "latency", () -> words(one(LATENCY).split(" ", -1)));
    drawn.put(
        "lolwut",
        () -> new Request(words(("lolwut" + one(LOLWUT)).split(" ", -1)), Comparison.TYPE));
    add("reset");
    add("role");
    drawn.put("slowlog", this::slowLog);
  }

  private void addCluster() {
    add("readonly");
    add("readwrite");
    add("asking");
    drawn.put("cluster", this::cluster);
  }

  private Request cluster() {
    String slot = one("449", "0", "5000", "16383", "16384", "-1", "abc", "");
    return switch (random.nextInt(5)) {
      case 0 ->
          request(
              Comparison.EXACT,
              words(
                  one(
                          "cluster SLOTS",
                          "cluster MYID",
                          "cluster myshardid",
                          "cluster FOO",
                          "cluster HELP",
                          "cluster KEYSLOT k1",
                          "cluster KEYSLOT x{k1}x",
                          "cluster COUNT-FAILURE-REPORTS abc")
                      .split(" ", -1)));
      case 1 -> request(Comparison.TYPE, words("cluster", one("INFO", "NODES", "LINKS")));
      case 2 -> request(Comparison.SET, words("cluster", "shards"));
      case 3 -> request(Comparison.EXACT, words("cluster", "COUNTKEYSINSLOT", slot));
      default ->
          request(
              Comparison.SET,
              words("cluster", "GETKEYSINSLOT", slot, one("0", "1000", "1000", "-1", "abc")));
    };
  }

  /** Of what is in it, each server decides for itself. */
  private Request slowLog() {
    List<String> words =
        words(
            one("GET", "get 1", "GET -1", "GET -2", "GET a", "GET 1 2", "LEN", "RESET", "FOO")
                .split(" ", -1));
    return request(Comparison.TYPE, join(words("slowlog"), words));
  }

  @SafeVarargs
  private void add(String name, Supplier<List<String>>... parts) {
    add(Comparison.EXACT, name, parts);
  }

  @SafeVarargs
  private void add(Comparison comparison, String name, Supplier<List<String>>... parts) {
    drawn.put(
        name,
        () -> {
          List<String> words = words(name);
          for (Supplier<List<String>> part : parts) {
            words.addAll(part.get());
          }
          return request(comparison, words);
        });
  }

  /** The request; one time in twenty with a word less or one more. */
  private Request request(Comparison comparison, List<String> words) {
    List<String> changed = new ArrayList<>(words);
    if (random.nextInt(20) == 0) {
      if (random.nextBoolean()) {
        // No small number: behind EX or PX it would be an expiry that is soon.
        changed.add(one("more", "0", "NX"));
      } else if (changed.size() > 1) {
        changed.removeLast();
      }
    }
    changed.set(0, anyCase(changed.getFirst()));
    return new Request(List.copyOf(changed), comparison);
  }

  private Request scan() {
    List<String> words =
        words(
            "scan", one("0", "0", "0", "-1", "abc", "", "18446744073709551616", "+0", " 0", "1.5"));
    if (random.nextInt(4) > 0) {
      words.addAll(List.of("COUNT", "1000000"));
    }
    words.addAll(
        options(
            List.of(
                "MATCH *",
                "MATCH k*",
                "TYPE string",
                "TYPE list",
                "TYPE foo",
                "COUNT 0",
                "COUNT -1",
                "COUNT abc",
                "COUNT",
                "FOO 1",
                "FOO")));
    // No other count is right, and without one each server gives some keys.
    boolean givesAll = words.size() > 3 && words.get(3).equals("1000000");
    return new Request(words, givesAll ? Comparison.SET : Comparison.TYPE);
  }

  private Request flush(String name) {
    // Rarely in full, for it empties the store.
    return random.nextInt(10) == 0
        ? request(Comparison.EXACT, join(words(name), options(List.of("SYNC"))))
        : new Request(words(name, one("FOO", "SYNC x", "1")), Comparison.EXACT);
  }

  private Request hello() {
    List<String> words = words("hello");
    if (random.nextInt(6) > 0) {
      words.add(one("2", "3", "2", "3", "4", "1", "abc", "", "03"));
      words.addAll(
          options(
              List.of(
                  "AUTH default x", "SETNAME name", "SETNAME a\u00ffb", "AUTH", "SETNAME", "FOO")));
    }
    return request(Comparison.NAMES, words);
  }

  private Request object() {
    String subcommand = one("ENCODING", "REFCOUNT", "IDLETIME", "FREQ", "freq", "FOO", "HELP");
    if (subcommand.equals("HELP")) {
      return new Request(words("object", subcommand), Comparison.EXACT);
    }
    // How Redis keeps a value depends on what made it, and small numbers it shares.
    boolean isOwn = subcommand.equals("ENCODING") || subcommand.equals("REFCOUNT");
    return request(
        isOwn ? Comparison.TYPE : Comparison.EXACT, words("object", subcommand, one(KEYS)));
  }

  /** For replicas, of which there are none: Redis then waits for a millisecond at most. */
  private Request waiting() {
    boolean waits = random.nextBoolean();
    String replicas = waits ? one("1", "9223372036854775807") : one("0", "-1", "abc", "", "1.5");
    String timeout =
        waits
            ? one("1", "-1", "abc")
            : one("0", "1", "100000", "-1", "", "9223372036854775807", "9223372036854775808");
    return new Request(words(anyCase("wait"), replicas, timeout), Comparison.EXACT);
  }

  private Request client() {
    List<String> words =
        one(
            List.of(
                List.of("ID"),
                List.of("GETNAME"),
                List.of("SETNAME", one("", "name", "a b", "a\u00ff", "a\n")),
                List.of("SETINFO"),
                List.of("INFO"),
                List.of("LIST"),
                List.of("LIST", "TYPE", one("normal", "MASTER", "replica", "foo", "")),
                List.of("LIST", "ID", one("1", "0", "-1", "x", "")),
                List.of("LIST", "ID", "1", one("999999", "x")),
                List.of("LIST", one("ID", "TYPE", "FOO")),
                List.of("KILL", one("1.2.3.4:5", "", "ID", "FOO")),
                List.of("KILL", "ID", one("0", "-1", "x", "")),
                List.of("KILL", "ADDR", "1.2.3.4:5", one("ID", "TYPE", "FOO"), one("x", "1")),
                List.of("KILL", "LADDR", "1.2.3.4:5", one("USER", "SKIPME"), one("x", "")),
                List.of("KILL", "TYPE", one("master", "pubsub", "foo")),
                List.of("REPLY", one("ON", "on", "FOO", "")),
                List.of("NO-EVICT", one("ON", "off", "FOO", "")),
                List.of("HELP", "more"),
                List.of("FOO"),
                List.of("")));
    return request(
        words.getFirst().equals("ID")
                || words.getFirst().equals("INFO")
                || words.getFirst().equals("LIST")
            ? Comparison.TYPE
            : Comparison.EXACT,
        join(words("client"), words));
  }

  private Request command() {
    List<String> words =
        one(
            List.of(
                List.of(),
                List.of("COUNT"),
                List.of("LIST"),
                List.of("INFO", one("get", "foo")),
                List.of("DOCS", one("get", "foo")),
                List.of("GETKEYS", one("get", "GETDEL", "scan", "foo"), one(KEYS)),
                List.of("GETKEYS", "get", one(KEYS), "more"),
                List.of("GETKEYS", one("object", "MEMORY", "client", "command"), one(SUBCOMMANDS)),
                List.of("GETKEYS", one("OBJECT", "memory"), one(SUBCOMMANDS), one(KEYS)),
                List.of("GETKEYS", "object", one(SUBCOMMANDS), one(KEYS), "more"),
                List.of("GETKEYS", "mset", one(KEYS), "v", one(KEYS), "v"),
                List.of("GETKEYS", "del", one(KEYS), one(KEYS)),
                List.of("GETKEYS", one("watch", "rename", "copy"), one(KEYS), one(KEYS)),
                List.of("GETKEYS", one("multi", "exec", "unwatch"), "x"),
                List.of("LIST", "FILTERBY", "PATTERN", one("nothing", "MGE[ST]")),
                List.of("LIST", "FILTERBY", one("MODULE", "ACLCAT", "FOO"), "foo"),
                List.of("LIST", one("FILTERBY", "FOO")),
                List.of("FOO")));
    // LIST FILTERBY may lose its last word, and then lists what each server has.
    boolean isFilter = words.size() > 2 && words.contains("FILTERBY");
    boolean isExact = words.contains("GETKEYS") || isFilter;
    return request(isExact ? Comparison.EXACT : Comparison.TYPE, join(words("command"), words));
  }

  private Request config() {
    List<String> words =
        one(
            List.of(
                List.of("GET", one("save", "nothing", "appendonly")),
                List.of("GET"),
                List.of("FOO"),
                List.of("GET", "save", "appendonly"),
                List.of("SET", "slowlog-max-len", one("abc", "", "-0", "1.5")),
                List.of("SET", "MaxClients", one("-1", "0", "9223372036854775808", "1x")),
                List.of("SET", "slowlog-log-slower-than", one("-2", "10000", "+1", "010", " 1")),
                List.of("SET", "latency-monitor-threshold", one("-1", "0", "x")),
                List.of("SET", "databases", one("2", "x")),
                List.of("SET", "foo", "1"),
                List.of("SET"),
                List.of("SET", "slowlog-max-len", "128", one("foo", "SLOWLOG-max-len"), "128"),
                List.of("RESETSTAT"),
                List.of("REWRITE")));
    return request(Comparison.EXACT, join(words("config"), words));
  }

  private List<String> key() {
    return words(one(KEYS));
  }

  private List<String> value() {
    return words(one(VALUES));
  }

  private List<String> number() {
    return words(one(NUMBERS));
  }

  private List<String> offset() {
    return words(one(OFFSETS));
  }

  private List<String> floating() {
    return words(one(FLOATS));
  }

  private List<String> time() {
    return words(random.nextBoolean() ? future() : one(TIMES));
  }

  /**
   * A time that is nowhere near, in seconds or milliseconds, from now or from the epoch. No two are
   * nearer to each other than the clocks of two servers: so both find the same one later.
   */
  private String future() {
    long apart = 50_000L * ++futures;
    return Long.toString(
        one(List.of(1_000_000L, 1_000_000_000_000_000L, 9_223_370_000_000_000L)) + apart);
  }

  private List<String> some(Supplier<List<String>> part) {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      words.addAll(part.get());
    }
    return words;
  }

  private List<String> expiryOptions(String... others) {
    List<String> options = new ArrayList<>(Arrays.asList(others));
    for (String name : List.of("EX", "PX", "EXAT", "PXAT")) {
      options.add(name + " " + one(TIMES));
      options.add(name + " " + future());
    }
    options.add(one("EX", "PX", "EXAT", "PXAT"));
    return options;
  }

  /** Up to three of these options, words apart by spaces; half of the time none. */
  private List<String> options(List<String> possible) {
    List<String> words = new ArrayList<>();
    if (random.nextBoolean()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        String[] parts = one(possible).split(" ", -1);
        parts[0] = anyCase(parts[0]);
        words.addAll(Arrays.asList(parts));
      }
    }
    return words;
  }

  private String anyCase(String word) {
    return switch (random.nextInt(3)) {
      case 0 -> word.toUpperCase(Locale.ROOT);
      case 1 -> word.toLowerCase(Locale.ROOT);
      default -> word;
    };
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static List<String> words(String... words) {
    return new ArrayList<>(Arrays.asList(words));
  }

  private static List<String> join(List<String> first, List<String> second) {
    List<String> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }
}
