// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionCommandsTest {

  private final SessionHarness session = new SessionHarness();
  private final SessionHarness guarded = new SessionHarness("secret");

  @AfterEach
  void close() {
    session.close();
    guarded.close();
  }

  @Test
  void shouldAnswerPingAndEcho() {
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
    assertThat(session.call("PING", "hello")).isEqualTo("$5\r\nhello\r\n");
    assertThat(session.call("PING", "a", "b"))
        .isEqualTo("-ERR wrong number of arguments for 'ping' command\r\n");
    assertThat(session.call("ECHO", "")).isEqualTo("$0\r\n\r\n");
  }

  @Test
  void shouldCloseAfterQuit() {
    assertThat(session.send("*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n")).isEqualTo("+OK\r\n");
    assertThat(session.isClosed()).isTrue();
  }

  @Test
  void shouldBeginAsAfterConnectingOnReset() {
    session.call("HELLO", "3", "SETNAME", "name");
    assertThat(session.call("RESET")).isEqualTo("+RESET\r\n");
    assertThat(session.call("CLIENT", "GETNAME")).isEqualTo("$-1\r\n");
    assertThat(session.call("GET", "none")).isEqualTo("$-1\r\n");
    assertThat(session.call("RESET", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'reset' command\r\n");
  }

  @Test
  void shouldWantThePasswordAgainAfterReset() {
    guarded.call("AUTH", "secret");
    assertThat(guarded.call("GET", "none")).isEqualTo("$-1\r\n");
    assertThat(guarded.call("RESET")).isEqualTo("+RESET\r\n");
    assertThat(guarded.call("GET", "none")).isEqualTo("-NOAUTH Authentication required.\r\n");
    assertThat(guarded.call("RESET")).isEqualTo("+RESET\r\n");
  }

  @Test
  void shouldNotAnswerAResetWhoseReplyIsNotWanted() {
    assertThat(session.call("CLIENT", "REPLY", "SKIP")).isEmpty();
    assertThat(session.call("RESET")).isEmpty();
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
    assertThat(session.call("CLIENT", "REPLY", "OFF")).isEmpty();
    assertThat(session.call("RESET")).isEqualTo("+RESET\r\n");
  }

  @Test
  void shouldMakeAConnectionLikeANewOne() {
    assertThat(guarded.call("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"))
        .startsWith("%7");
    assertThat(guarded.call("RESET")).isEqualTo("+RESET\r\n");
    assertThat(guarded.call("GET", "k")).isEqualTo("-NOAUTH Authentication required.\r\n");
    assertThat(guarded.call("AUTH", "secret")).isEqualTo("+OK\r\n");
    assertThat(guarded.call("CLIENT", "GETNAME")).isEqualTo("$-1\r\n");
    assertThat(session.call("RESET")).isEqualTo("+RESET\r\n");
    assertThat(session.call("GET", "k")).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldHaveOneDatabase() {
    assertThat(session.call("SELECT", "0")).isEqualTo("+OK\r\n");
    assertThat(session.call("SELECT", "1")).isEqualTo("-ERR DB index is out of range\r\n");
  }

  @Test
  void shouldRefuseEverythingBeforeThePassword() {
    String refusal = "-NOAUTH Authentication required.\r\n";
    assertThat(guarded.call("PING")).isEqualTo(refusal);
    assertThat(guarded.call("GET", "k")).isEqualTo(refusal);
    assertThat(guarded.call("MSET", "k", "v")).isEqualTo(refusal);
    assertThat(guarded.call("FLUSHALL")).isEqualTo(refusal);
    assertThat(guarded.call("AUTH", "wrong"))
        .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.\r\n");
    assertThat(guarded.call("GET", "k")).isEqualTo(refusal);
    assertThat(guarded.call("AUTH", "someone", "secret")).startsWith("-WRONGPASS");
    assertThat(guarded.call("AUTH", "secret")).isEqualTo("+OK\r\n");
    assertThat(guarded.call("GET", "k")).isEqualTo("$-1\r\n");
    assertThat(guarded.call("AUTH", "default", "secret")).isEqualTo("+OK\r\n");
    assertThat(guarded.call("AUTH", "a", "b", "c")).isEqualTo("-ERR syntax error\r\n");
    assertThat(guarded.store().size()).isZero();
  }

  @Test
  void shouldSayThatThereIsNoPassword() {
    assertThat(session.call("AUTH", "secret"))
        .startsWith("-ERR AUTH <password> called without any password configured");
    assertThat(session.call("AUTH", "default", "anything")).isEqualTo("+OK\r\n");
  }

  @Test
  void shouldTakeOnlySmallRequestsBeforeThePassword() {
    assertThat(guarded.send("*11\r\n"))
        .isEqualTo("-ERR Protocol error: unauthenticated multibulk length\r\n");
    assertThat(guarded.isClosed()).isTrue();
    try (SessionHarness other = new SessionHarness("secret")) {
      assertThat(other.send("*2\r\n$4\r\nAUTH\r\n$16385\r\n"))
          .isEqualTo("-ERR Protocol error: unauthenticated bulk length\r\n");
      assertThat(other.isClosed()).isTrue();
    }
  }

  @Test
  void shouldSpeakTheThirdProtocolWhenAskedTo() {
    assertThat(session.call("HELLO", "3"))
        .startsWith("%7\r\n$6\r\nserver\r\n$4\r\nwisp\r\n$7\r\nversion\r\n")
        .contains("$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:7\r\n")
        .endsWith("$7\r\nmodules\r\n*0\r\n");
    assertThat(session.call("GET", "none")).isEqualTo("_\r\n");
    assertThat(session.call("MGET", "none")).isEqualTo("*1\r\n_\r\n");
    assertThat(session.call("INFO")).isEqualTo("=15\r\ntxt:sections:[]\r\n");
    assertThat(session.call("CONFIG", "GET", "save")).isEqualTo("%1\r\n$4\r\nsave\r\n$0\r\n\r\n");
    assertThat(session.call("COMMAND", "INFO", "get")).contains("~1\r\n+readonly\r\n");
    assertThat(session.call("HELLO")).startsWith("%7\r\n");
    assertThat(session.call("HELLO", "2")).startsWith("*14\r\n");
    assertThat(session.call("GET", "none")).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldRefuseOtherProtocolsAndOptions() {
    assertThat(session.call("HELLO", "4")).isEqualTo("-NOPROTO unsupported protocol version\r\n");
    assertThat(session.call("HELLO", "x"))
        .isEqualTo("-ERR Protocol version is not an integer or out of range\r\n");
    assertThat(session.call("HELLO", "3", "BOGUS"))
        .isEqualTo("-ERR Syntax error in HELLO option 'BOGUS'\r\n");
    assertThat(session.call("HELLO", "3", "AUTH", "default"))
        .isEqualTo("-ERR Syntax error in HELLO option 'AUTH'\r\n");
    assertThat(session.call("GET", "none")).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldAuthenticateWithHello() {
    assertThat(guarded.call("HELLO", "3")).startsWith("-NOAUTH HELLO must be called");
    assertThat(guarded.call("HELLO", "3", "AUTH", "default", "wrong")).startsWith("-WRONGPASS");
    assertThat(guarded.call("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"))
        .startsWith("%7\r\n");
    assertThat(guarded.call("CLIENT", "GETNAME")).isEqualTo("$2\r\nme\r\n");
  }

  @Test
  void shouldTellOfClients() {
    assertThat(session.call("CLIENT", "ID")).isEqualTo(":7\r\n");
    assertThat(session.call("CLIENT", "GETNAME")).isEqualTo("$-1\r\n");
    assertThat(session.call("CLIENT", "SETNAME", "worker")).isEqualTo("+OK\r\n");
    assertThat(session.call("CLIENT", "SETINFO", "LIB-NAME", "jedis")).isEqualTo("+OK\r\n");
    assertThat(session.call("CLIENT", "SETINFO", "lib-ver", "1.2")).isEqualTo("+OK\r\n");
    session.pass(5_000);
    assertThat(session.call("CLIENT", "INFO"))
        .contains("id=7 addr=127.0.0.1:5 laddr=127.0.0.1:3994 name=worker age=5 idle=5 flags=N ")
        .contains(" cmd=client|info user=default redir=-1 resp=2 lib-name=jedis lib-ver=1.2\n");
  }

  @Test
  void shouldRefuseNamesThatWouldBreakALine() {
    String refusal = "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";
    assertThat(session.call("CLIENT", "SETNAME", "a b")).isEqualTo(refusal);
    assertThat(session.call("CLIENT", "SETNAME", "a\nb")).isEqualTo(refusal);
    assertThat(session.call("HELLO", "3", "SETNAME", "a b")).isEqualTo(refusal);
    assertThat(session.call("CLIENT", "SETINFO", "LIB-NAME", "a b"))
        .isEqualTo("-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
    assertThat(session.call("CLIENT", "SETINFO", "OTHER", "a"))
        .isEqualTo("-ERR Unrecognized option 'OTHER'\r\n");
    assertThat(session.call("CLIENT", "BOGUS"))
        .isEqualTo("-ERR unknown subcommand 'BOGUS'. Try CLIENT HELP.\r\n");
  }

  @Test
  void shouldTellOfCommands() {
    String count = session.call("COMMAND", "COUNT");
    int commands = Integer.parseInt(count.substring(1, count.length() - 2));
    assertThat(session.call("COMMAND", "LIST")).startsWith("*" + commands + "\r\n");
    assertThat(session.call("COMMAND")).startsWith("*" + commands + "\r\n");
    assertThat(session.call("COMMAND", "DOCS")).startsWith("*" + 2 * commands + "\r\n");
    assertThat(session.call("COMMAND", "INFO", "GET", "bogus"))
        .startsWith("*2\r\n*10\r\n$3\r\nget\r\n:2\r\n*1\r\n+readonly\r\n")
        .endsWith(":1\r\n:1\r\n:1\r\n" + "*0\r\n".repeat(4) + "$-1\r\n");
    assertThat(session.call("COMMAND", "DOCS", "get", "bogus"))
        .startsWith("*2\r\n$3\r\nget\r\n*6\r\n$7\r\nsummary\r\n");
    assertThat(session.call("COMMAND", "BOGUS"))
        .isEqualTo("-ERR unknown subcommand 'BOGUS'. Try COMMAND HELP.\r\n");
  }

  @Test
  void shouldTellOfTheConfiguration() {
    assertThat(session.call("CONFIG", "GET", "MAX*", "none"))
        .isEqualTo("*4\r\n$10\r\nmaxclients\r\n$2\r\n10\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n");
    assertThat(session.call("CONFIG", "GET"))
        .isEqualTo("-ERR wrong number of arguments for 'config|get' command\r\n");
  }

  @Test
  void shouldTellOfTheServerBySection() {
    assertThat(session.call("INFO")).isEqualTo("$11\r\nsections:[]\r\n");
    assertThat(session.call("INFO", "all")).isEqualTo("$14\r\nsections:[all]\r\n");
    assertThat(session.call("INFO", "MEMORY", "stats"))
        .isEqualTo("$24\r\nsections:[memory, stats]\r\n");
  }

  @Test
  void shouldHelpWithSubcommands() {
    assertThat(session.call("CONFIG", "HELP"))
        .startsWith("*6\r\n+CONFIG <subcommand> [<arg> ...]. Subcommands are:\r\n+GET: ")
        .endsWith("+HELP: These lines.\r\n");
    assertThat(session.call("CONFIG", "HELP", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'config|help' command\r\n");
    assertThat(session.call("COMMAND", "help", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'command|help' command\r\n");
    assertThat(session.call("CLIENT", "ID", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'client|id' command\r\n");
  }
}
