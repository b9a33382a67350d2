// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Access;
import io.wisp.transport.tcp.command.Command.Handler;
import io.wisp.transport.tcp.command.Command.Run;
import java.util.List;

/** The commands that the server knows. */
public final class Commands {

  private final CommandTable table = new CommandTable();

  private Commands() {}

  /** The names of all, and of their subcommands, each in the place of its number. */
  public static List<String> names() {
    return table().names();
  }

  /** A table for one thread, since some handlers keep what they work with. */
  public static CommandTable table() {
    Commands commands = new Commands();
    commands.addStrings();
    commands.addParts();
    commands.addBits();
    commands.addCounters();
    commands.addKeys();
    commands.addExpiries();
    commands.addTransactions();
    commands.addConnection();
    commands.addServer();
    commands.addCluster();
    return commands.table;
  }

  private void addStrings() {
    read("get", 2, "string", "Returns the value of a key.", StringCommands::get);
    write("set", -3, "string", "Sets the value of a key.", new SetCommand());
    write("setnx", 3, "string", "Sets a value if the key is absent.", StringCommands::setIfAbsent);
    write("setex", 4, "string", "Sets a value that expires in seconds.", StringCommands::setEx);
    write("psetex", 4, "string", "Sets a value that expires in ms.", StringCommands::setPx);
    write("getset", 3, "string", "Sets a value and returns the old one.", new ExchangeCommand());
    write("getdel", 2, "string", "Returns a value and deletes it.", new GetDeleteCommand());
    write("getex", -2, "string", "Returns a value and sets its expiry.", new GetExCommand());
    read("strlen", 2, "string", "Returns the length of a value.", StringCommands::length);
    write("append", 3, "string", "Appends to a value.", new AppendCommand());
    write("delifeq", 3, "string", "Deletes a value if it is this.", new DeleteIfEqualCommand());
    Handler getMany = new GetManyCommand();
    add(
        "mget",
        -2,
        1,
        Run.WHOLE_OR_STREAMED,
        Access.READ,
        "string",
        "Returns many values.",
        getMany);
    many("mset", -3, 2, Access.WRITE, "string", "Sets many values.", SetManyCommand.always());
    many(
        "msetnx",
        -3,
        2,
        Access.WRITE,
        "string",
        "Sets many values if all keys are absent.",
        SetManyCommand.ifAbsent());
  }

  private void addParts() {
    GetRangeCommand getRange = new GetRangeCommand();
    read("getrange", 4, "string", "Returns a part of a value.", getRange);
    read("substr", 4, "string", "Returns a part of a value.", getRange);
    write("setrange", 4, "string", "Overwrites a part of a value.", new SetRangeCommand());
    read("lcs", -3, "string", "Finds what two values have in common.", LcsCommand::execute);
  }

  private void addBits() {
    BitCommands bits = new BitCommands();
    read("getbit", 3, "bitmap", "Returns a bit of a value.", bits::get);
    write("setbit", 4, "bitmap", "Sets a bit of a value.", new SetBitCommand());
    read("bitcount", -2, "bitmap", "Counts the ones in a value.", bits::count);
    read("bitpos", -3, "bitmap", "Finds the first one or zero.", bits::position);
  }

  private void addCounters() {
    CounterCommands counters = new CounterCommands();
    write("incr", 2, "string", "Adds one to a number.", counters::increment);
    write("decr", 2, "string", "Takes one from a number.", counters::decrement);
    write("incrby", 3, "string", "Adds to a number.", counters::incrementBy);
    write("decrby", 3, "string", "Takes from a number.", counters::decrementBy);
    write("incrbyfloat", 3, "string", "Adds to a number with a point.", new AddFloatCommand());
  }

  private void addKeys() {
    CountKeysCommand delete = CountKeysCommand.delete();
    CountKeysCommand exists = CountKeysCommand.exists();
    streamed("del", -2, Access.WRITE, "generic", "Deletes keys.", delete);
    streamed("unlink", -2, Access.WRITE, "generic", "Deletes keys.", delete);
    streamed("exists", -2, Access.READ, "generic", "Counts the keys that exist.", exists);
    streamed("touch", -2, Access.READ, "generic", "Counts the keys that exist.", exists);
    server("object", -2, "generic", "Tells how a value is kept.", ObjectCommand.handler());
    server("memory", -2, "server", "Tells what takes memory.", MemoryCommand.handler());
    TransferCommands transfers = new TransferCommands();
    write("rename", 3, "generic", "Gives a key another name.", transfers::rename);
    write("renamenx", 3, "generic", "Gives a key a name that is free.", transfers::renameIfAbsent);
    write("copy", -3, "generic", "Copies a value to another key.", transfers::copy);
    read("type", 2, "generic", "Returns the type of a value.", KeyCommands::type);
    read("randomkey", 1, "generic", "Returns a random key.", KeyCommands::randomKey);
    read("keys", 2, "generic", "Returns the keys that match a pattern.", KeyCommands::keys);
    read("scan", -2, "generic", "Walks over the keys.", KeyCommands::scan);
    read("dbsize", 1, "server", "Returns the number of keys.", KeyCommands::size);
    write("flushdb", -1, "server", "Deletes every key.", KeyCommands::flush);
    write("flushall", -1, "server", "Deletes every key.", KeyCommands::flush);
  }

  private void addExpiries() {
    write("expire", -3, "generic", "Lets a key expire in seconds.", ExpiryCommands.seconds());
    write("pexpire", -3, "generic", "Lets a key expire in ms.", ExpiryCommands.millis());
    write("expireat", -3, "generic", "Lets a key expire at a second.", ExpiryCommands.secondsAt());
    write("pexpireat", -3, "generic", "Lets a key expire at a ms.", ExpiryCommands.millisAt());
    write("persist", 2, "generic", "Lets a key not expire.", ExpiryCommands::persist);
    read("ttl", 2, "generic", "Returns a key's time to live in s.", ExpiryCommands::timeToLive);
    read("pttl", 2, "generic", "Returns a key's time to live in ms.", ExpiryCommands::millisToLive);
    read(
        "expiretime", 2, "generic", "Returns when a key expires in s.", ExpiryCommands::expiryTime);
    read(
        "pexpiretime",
        2,
        "generic",
        "Returns when a key expires in ms.",
        ExpiryCommands::expiryMillis);
  }

  private void addTransactions() {
    transaction("multi", 1, "Begins a transaction.", TransactionCommands::multi);
    transaction("exec", 1, "Carries a transaction out.", new ExecCommand(table));
    transaction("discard", 1, "Gives a transaction up.", TransactionCommands::discard);
    transaction("unwatch", 1, "Watches no key any more.", TransactionCommands::unwatch);
    many(
        "watch",
        -2,
        1,
        Access.SERVER,
        "transactions",
        "Lets EXEC do nothing if a key changes.",
        TransactionCommands::watch);
  }

  private void addConnection() {
    connection("auth", -2, "Gives the password.", ConnectionCommands::authenticate);
    connection("hello", -1, "Chooses the protocol's version.", new HelloCommand());
    connection("reset", 1, "Makes the connection like a new one.", ConnectionCommands::reset);
    connection("quit", -1, "Closes the connection.", ConnectionCommands::quit);
    server("ping", -1, "connection", "Answers.", ConnectionCommands::ping);
    server("echo", 2, "connection", "Returns its argument.", ConnectionCommands::echo);
    server("select", 2, "connection", "Chooses database 0.", ConnectionCommands::select);
    server("client", -2, "connection", "Tells of clients.", ClientCommand.handler());
  }

  private void addServer() {
    server("acl", -2, "server", "Tells who the user is.", ServerCommands.accessControl());
    server("command", -1, "server", "Tells of commands.", new CommandCommand(table));
    server("config", -2, "server", "Shows and changes parameters.", ConfigCommand.handler());
    server("info", -1, "server", "Tells of the server.", ServerCommands::info);
    server("lastsave", 1, "server", "Returns when it was started.", ServerCommands::lastSave);
    server("module", -2, "server", "Tells of modules: none.", ServerCommands.modules());
    server("pubsub", -2, "pubsub", "Tells of channels: none.", PubSubCommand.handler());
    server("time", 1, "server", "Returns the time.", ServerCommands::time);
    server(
        "wait",
        3,
        "generic",
        "Waits for no replicas: enough have it.",
        ServerCommands::waitForReplicas);
    server("latency", -2, "server", "Tells when commands took long.", LatencyCommand.handler());
    server("lolwut", -1, "server", "Shows a wisp.", ServerCommands::lolwut);
    server("role", 1, "server", "Tells whether it is a replica.", ServerCommands::role);
    server("slowlog", -2, "server", "Tells of slow commands.", SlowLogCommand.handler());
  }

  private void addCluster() {
    server("cluster", -2, "cluster", "Tells of the cluster.", ClusterCommand.handler());
    server("readonly", 1, "cluster", "Does nothing here.", ClusterCommand.accepted());
    server("readwrite", 1, "cluster", "Does nothing here.", ClusterCommand.accepted());
    server("asking", 1, "cluster", "Asks for a slot on its way.", ClusterCommand.asking());
    write(
        Command.MOVE_SLOTS,
        -2,
        "cluster",
        "Does a step of a move of slots.",
        MoveSlotsCommand.handler());
  }

  private void read(String name, int arity, String group, String summary, Handler handler) {
    once(name, arity, Access.READ, group, summary, handler);
  }

  private void write(String name, int arity, String group, String summary, Handler handler) {
    once(name, arity, Access.WRITE, group, summary, handler);
  }

  private void server(String name, int arity, String group, String summary, Handler handler) {
    once(name, arity, Access.SERVER, group, summary, handler);
  }

  private void connection(String name, int arity, String summary, Handler handler) {
    once(name, arity, Access.CONNECTION, "connection", summary, handler);
  }

  private void transaction(String name, int arity, String summary, Handler handler) {
    once(name, arity, Access.SERVER, "transactions", summary, handler);
  }

  private void once(
      String name, int arity, Access access, String group, String summary, Handler handler) {
    add(name, arity, 0, Run.WHOLE, access, group, summary, handler);
  }

  private void many(
      String name,
      int arity,
      int step,
      Access access,
      String group,
      String summary,
      Handler handler) {
    add(name, arity, step, Run.WHOLE, access, group, summary, handler);
  }

  private void streamed(
      String name, int arity, Access access, String group, String summary, Handler handler) {
    add(name, arity, 1, Run.STREAMED, access, group, summary, handler);
  }

  private void add(
      String name,
      int arity,
      int step,
      Run run,
      Access access,
      String group,
      String summary,
      Handler handler) {
    int number = table.names().size();
    table.add(new Command(number, name, arity, step, run, access, group, summary, handler));
  }
}
