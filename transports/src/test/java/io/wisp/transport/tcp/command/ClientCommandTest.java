// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientCommandTest {

  private static final String SYNTAX = "-ERR syntax error\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private List<String> listed(String... filter) {
    String[] words = new String[2 + filter.length];
    words[0] = "CLIENT";
    words[1] = "LIST";
    System.arraycopy(filter, 0, words, 2, filter.length);
    return session
        .call(words)
        .lines()
        .filter(line -> line.startsWith("id="))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  @Test
  void shouldShowWhatRedisShows() {
    session.pass(3_000);
    assertThat(session.call("CLIENT", "LIST"))
        .contains(
            "id=7 addr=127.0.0.1:5 laddr=127.0.0.1:3994 name= age=3 idle=3 flags=N db=0 sub=0"
                + " psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0"
                + " obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=client|list user=default redir=-1"
                + " resp=2 lib-name= lib-ver=\n");
  }

  @Test
  void shouldListByTypeAndById() {
    session.clients(4);
    assertThat(listed()).containsExactly("id=101", "id=102", "id=103", "id=7");
    assertThat(listed("TYPE", "normal")).hasSize(4);
    assertThat(listed("type", "PUBSUB")).isEmpty();
    assertThat(listed("ID", "7", "102", "99", "102")).containsExactly("id=7", "id=102", "id=102");
    assertThat(session.call("CLIENT", "LIST", "ID", "99")).isEqualTo("$0\r\n\r\n");
    assertThat(session.call("CLIENT", "LIST", "ID", "7", "x"))
        .isEqualTo("-ERR Invalid client ID\r\n");
    assertThat(session.call("CLIENT", "LIST", "TYPE", "foo"))
        .isEqualTo("-ERR Unknown client type 'foo'\r\n");
    assertThat(session.call("CLIENT", "LIST", "ID")).isEqualTo(SYNTAX);
    assertThat(session.call("CLIENT", "LIST", "FOO")).isEqualTo(SYNTAX);
  }

  @Test
  void shouldKillByAddress() {
    session.clients(3);
    assertThat(session.call("CLIENT", "KILL", "127.0.0.1:102")).isEqualTo("+OK\r\n");
    assertThat(session.ended()).containsExactly(102L);
    assertThat(session.call("CLIENT", "KILL", "127.0.0.1:9")).isEqualTo("-ERR No such client\r\n");
    assertThat(session.isClosed()).isFalse();
    assertThat(session.call("CLIENT", "KILL", "127.0.0.1:5")).isEqualTo("+OK\r\n");
    assertThat(session.isClosed()).isTrue();
  }

  @Test
  void shouldKillThoseThatEveryOptionMeans() {
    session.clients(4);
    assertThat(session.call("CLIENT", "KILL", "ID", "103", "ADDR", "127.0.0.1:101"))
        .isEqualTo(":0\r\n");
    assertThat(session.call("CLIENT", "KILL", "TYPE", "master")).isEqualTo(":0\r\n");
    assertThat(session.ended()).isEmpty();
    assertThat(session.call("CLIENT", "KILL", "ID", "103", "USER", "default")).isEqualTo(":1\r\n");
    assertThat(session.ended()).containsExactly(103L);
    assertThat(session.call("CLIENT", "KILL", "LADDR", "127.0.0.1:3994")).isEqualTo(":3\r\n");
    assertThat(session.isClosed()).isFalse();
    assertThat(session.call("CLIENT", "KILL", "ID", "7")).isEqualTo(":0\r\n");
    assertThat(session.call("CLIENT", "KILL", "ID", "7", "SKIPME", "no")).isEqualTo(":1\r\n");
    assertThat(session.isClosed()).isTrue();
  }

  @Test
  void shouldKillNobodyByWrongOptions() {
    session.clients(4);
    String badId = "-ERR client-id should be greater than 0\r\n";
    assertThat(session.call("CLIENT", "KILL", "ID", "0")).isEqualTo(badId);
    assertThat(session.call("CLIENT", "KILL", "ID", "x")).isEqualTo(badId);
    assertThat(session.call("CLIENT", "KILL", "USER", "x")).isEqualTo("-ERR No such user 'x'\r\n");
    assertThat(session.call("CLIENT", "KILL", "SKIPME", "maybe")).isEqualTo(SYNTAX);
    assertThat(session.call("CLIENT", "KILL", "TYPE", "normal", "FOO", "x")).isEqualTo(SYNTAX);
    assertThat(session.call("CLIENT", "KILL", "TYPE", "normal", "ID")).isEqualTo(SYNTAX);
    assertThat(session.ended()).isEmpty();
  }

  @Test
  void shouldKeepRepliesToItselfFromOffToOn() {
    assertThat(session.call("CLIENT", "REPLY", "FOO")).isEqualTo(SYNTAX);
    assertThat(session.call("CLIENT", "REPLY", "OFF")).isEmpty();
    assertThat(session.call("SET", "k", "v")).isEmpty();
    assertThat(session.call("GET", "k")).isEmpty();
    assertThat(session.call("MGET", "k", "k", "none")).isEmpty();
    assertThat(session.call("KEYS", "*")).isEmpty();
    assertThat(session.call("CLIENT", "LIST")).isEmpty();
    assertThat(session.call("BOGUS", "x", "y")).isEmpty();
    assertThat(session.call("GET")).isEmpty();
    assertThat(session.send("GET k\r\n")).isEmpty();
    assertThat(session.call("CLIENT", "REPLY", "SKIP")).isEmpty();
    assertThat(session.call("PING")).isEmpty();
    assertThat(session.call("CLIENT", "REPLY", "ON")).isEqualTo("+OK\r\n");
    assertThat(session.call("GET", "k")).isEqualTo("$1\r\nv\r\n");
  }

  @Test
  void shouldSkipTheReplyOfTheNextRequestAlone() {
    String skip = SessionHarness.request("CLIENT", "REPLY", "SKIP");
    session.call("SET", "k", "v");
    for (String request :
        List.of(
            SessionHarness.request("GET", "k"),
            SessionHarness.request("MGET", "k", "none"),
            SessionHarness.request("DEL", "a", "b", "c"),
            SessionHarness.request("SCAN", "0"),
            SessionHarness.request("BOGUS", "x", "y"),
            SessionHarness.request("SET", "k"),
            SessionHarness.request("BOGUS"),
            "GET k\r\n")) {
      String after = SessionHarness.request("PING");
      assertThat(session.send(skip + request + after)).as(request).isEqualTo("+PONG\r\n");
      for (char c : (skip + request).toCharArray()) {
        assertThat(session.send(String.valueOf(c))).as(request).isEmpty();
      }
      assertThat(session.send(after)).as(request).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldShowThatAClientIsLeftAlone() {
    assertThat(session.call("CLIENT", "NO-EVICT", "ON")).isEqualTo("+OK\r\n");
    assertThat(session.call("CLIENT", "INFO")).contains(" flags=e ");
    assertThat(session.call("CLIENT", "NO-TOUCH", "on")).isEqualTo("+OK\r\n");
    assertThat(session.call("CLIENT", "INFO")).contains(" flags=eT ");
    assertThat(session.call("CLIENT", "NO-EVICT", "off")).isEqualTo("+OK\r\n");
    assertThat(session.call("CLIENT", "INFO")).contains(" flags=T ");
    assertThat(session.call("CLIENT", "NO-EVICT", "FOO")).isEqualTo(SYNTAX);
  }

  @Test
  void shouldHaveNoTracking() {
    assertThat(session.call("CLIENT", "TRACKING", "ON"))
        .isEqualTo("-ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.\r\n");
  }
}
