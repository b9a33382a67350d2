// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.Party;
import io.wisp.linearizability.StoreParty;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A client of a transport, which connects anew when its connection breaks. Half of what it puts is
 * in batches.
 */
final class ClientParty implements Party, AutoCloseable {

  private final String name;
  private final boolean oneSided;
  private final Supplier<Client> connect;
  private volatile Client client;

  ClientParty(String name, boolean oneSided, Supplier<Client> connect) {
    this.name = name;
    this.oneSided = oneSided;
    this.connect = connect;
    client = connect.get();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean readsTheStoresClock() {
    return !oneSided;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.of(Kind.PUT, Kind.GET, Kind.DELETE);
  }

  @Override
  public String call(Kind kind, String key, String argument, long millis) {
    Client current = client;
    try {
      return call(current, kind, key, argument, millis);
    } catch (TransportException | IllegalStateException e) {
      current.close();
      client = connect.get();
      throw e;
    }
  }

  private static String call(Client client, Kind kind, String name, String argument, long millis) {
    Slice key = StoreParty.latin(name);
    return switch (kind) {
      case PUT -> {
        if (millis == 0 && StoreParty.isPutAmongOthers(argument)) {
          yield StoreParty.putAmongOthers(key, name, argument, client::writeAll);
        }
        Slice value = StoreParty.latin(argument);
        yield StoreParty.reply(
            millis == 0 ? client.put(key, value) : client.put(key, value, millis));
      }
      case DELETE -> StoreParty.reply(client.delete(key));
      case GET -> {
        try (ValueBuffer value = new ValueBuffer()) {
          Status status = client.get(key, value);
          yield status == Status.FOUND ? StoreParty.text(value) : StoreParty.reply(status);
        }
      }
      default -> throw new AssertionError(kind);
    };
  }

  /** Closes the connection under the call that may be in progress. */
  void breakConnection() {
    client.close();
  }

  @Override
  public void close() {
    client.close();
  }
}
