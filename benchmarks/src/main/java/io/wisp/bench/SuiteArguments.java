// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The command line, with our own options taken out of JMH's.
 *
 * @param results where to leave the run's folder, if not in the default place
 * @param rounds how often to run everything, one round after the other
 * @param jmh what is left for JMH
 * @param parameterNames the names given with {@code -p}, which JMH itself would not check
 */
record SuiteArguments(
    Optional<Path> results, int rounds, List<String> jmh, Set<String> parameterNames) {

  static final String HELP =
      """
      Wisp's benchmarks: java -jar benchmarks.jar [options] [benchmark pattern ...]

      Without a pattern, measures every transport that this machine can run (TransportBenchmark).
        -p transport=tcp,zmq          which transports
        -p keySize=3                  decimal digits of a key
        -p payloadSize=10,100,1000    bytes of a value
        -p operation=wisp             get, put, delete, mixed (95 % get) or wisp (a third each)
        -p pipeline=1                 requests sent at a time
        -p server=HOST:PORT           a running server instead of one of our own
        -p serverThreads=1            threads of our own server
        -p busyPoll=auto              whether clients and server poll without sleeping: true, false, or
                                      auto (shm and rdma do, where they have a core each)
        -p get=auto                   shm, rdma: read records where the server said that they are and else
                                      ask (auto), read its memory alone (onesided), or ask alone (ring)
        -p device=NAME[:PORT[:GID]]   rdma: the device and GID index; auto chooses what works
        -p ackTimeout=67ms            rdma: how long devices wait for an acknowledgement before they send
                                      again, rounded up to 4.096 us times a power of two; auto is 0.54 s
        -p placement=auto             cores: free, shared (one for both), split (one each), or auto (split for
                                      shm and rdma, shared for the others)
        -t 1                          clients, a connection each
        --results DIR                 the folder for the results; results/local/<time>-... if absent
        --rounds N                    runs everything N times, interleaved, and merges the results
      StoreBenchmark measures the table without a network; --memory-per-entry prints what an entry of
      it costs beyond key and value, beside other maps.

      JMH's own options:
      """;

  private static final String RESULTS = "--results";
  private static final String ROUNDS = "--rounds";
  private static final String PARAMETER = "-p";

  static SuiteArguments parse(List<String> arguments) {
    Optional<Path> results = Optional.empty();
    int rounds = 1;
    List<String> jmh = new ArrayList<>();
    Set<String> parameterNames = new LinkedHashSet<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      boolean own = argument.startsWith(RESULTS) || argument.startsWith(ROUNDS);
      String name = own && equals > 0 ? argument.substring(0, equals) : argument;
      if (name.equals(RESULTS) || name.equals(ROUNDS)) {
        String value = equals > 0 ? argument.substring(equals + 1) : next(arguments, i++, name);
        if (name.equals(RESULTS)) {
          results = Optional.of(JmhOptions.path(RESULTS, value));
        } else {
          rounds = positive(value, name);
        }
      } else {
        jmh.add(argument);
        if (argument.equals(PARAMETER)) {
          String value = next(arguments, i++, PARAMETER);
          jmh.add(value);
          parameterNames.add(parameterName(value));
        } else if (argument.matches("-p[a-zA-Z]*=.*")) {
          throw UserError.usage("write a space after -p: " + "-p " + argument.substring(2));
        }
      }
    }
    return new SuiteArguments(results, rounds, List.copyOf(jmh), parameterNames);
  }

  private static String next(List<String> arguments, int index, String option) {
    if (index + 1 >= arguments.size() || arguments.get(index + 1).isEmpty()) {
      throw UserError.usage(option + " needs a value");
    }
    return arguments.get(index + 1);
  }

  private static String parameterName(String parameter) {
    int equals = parameter.indexOf('=');
    if (equals <= 0) {
      throw UserError.usage("-p wants NAME=VALUE, and \"" + parameter + "\" is not that");
    }
    return parameter.substring(0, equals);
  }

  private static int positive(String value, String option) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw UserError.usage(option + " " + value + ": a whole number from 1 on is wanted");
  }
}
