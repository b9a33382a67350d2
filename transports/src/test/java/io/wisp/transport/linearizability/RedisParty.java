// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.KeyModel;
import io.wisp.linearizability.Party;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/** A client of Redis, who can ask for everything. Of what he puts, half is by MSET. */
final class RedisParty implements Party, AutoCloseable {

  private static final int TIMEOUT_MILLIS = 60_000;

  /** A value that nobody may ever find. */
  private static final String BEFORE = "(before)";

  private final String name;
  private final Jedis jedis;

  RedisParty(String name, int port) {
    this.name = name;
    jedis = new Jedis("127.0.0.1", port, TIMEOUT_MILLIS);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.allOf(Kind.class);
  }

  @Override
  public String call(Kind kind, String key, String argument, long millis) {
    try {
      return switch (kind) {
        case PUT -> {
          if (millis == 0 && argument.hashCode() % 2 == 0) {
            jedis.mset(key, BEFORE, key + " beside", argument, key, argument);
            yield KeyModel.STORED;
          }
          SetParams parameters = SetParams.setParams();
          jedis.set(key, argument, millis == 0 ? parameters : parameters.px(millis));
          yield KeyModel.STORED;
        }
        case PUT_IF_ABSENT ->
            jedis.set(key, argument, SetParams.setParams().nx()) == null
                ? KeyModel.CONFLICT
                : KeyModel.CREATED;
        case GET -> Objects.requireNonNullElse(jedis.get(key), KeyModel.ABSENT);
        case DELETE -> jedis.del(key) == 1 ? KeyModel.DONE : KeyModel.ABSENT;
        case APPEND -> Long.toString(jedis.append(key, argument));
        case INCREMENT -> Long.toString(jedis.incr(key));
        case EXPIRE ->
            jedis.pexpire(key, Long.parseLong(argument)) == 1 ? KeyModel.DONE : KeyModel.ABSENT;
      };
    } catch (JedisDataException e) {
      String error = String.valueOf(e.getMessage());
      if (error.startsWith("OOM ")) {
        return KeyModel.REFUSED;
      }
      if (error.startsWith("ERR value is not an integer")) {
        return KeyModel.NOT_AN_INTEGER;
      }
      throw new AssertionError(kind + " is answered with " + error, e);
    }
  }

  @Override
  public void close() {
    jedis.close();
  }
}
