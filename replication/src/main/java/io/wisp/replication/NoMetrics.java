// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/**
 * Takes the place of Ratis' metrics, which nobody reads: its timers keep samples of each step of
 * each entry. Ratis finds it by {@link java.util.ServiceLoader}. Thread-safe.
 */
public final class NoMetrics extends MetricRegistries {

  private static final Timekeeper.Context NO_TIME = () -> 0;
  private static final Timekeeper NO_TIMER = () -> NO_TIME;
  private static final LongCounter NO_COUNTER = new NoCounter();

  private record NoCounter() implements LongCounter {

    @Override
    public void inc(long by) {}

    @Override
    public void dec(long by) {}

    @Override
    public long getCount() {
      return 0;
    }
  }

  private record NoRegistry(MetricRegistryInfo info) implements RatisMetricRegistry {

    @Override
    public Timekeeper timer(String name) {
      return NO_TIMER;
    }

    @Override
    public LongCounter counter(String name) {
      return NO_COUNTER;
    }

    @Override
    public boolean remove(String name) {
      return false;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {}

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
      return info;
    }
  }

  @Override
  public RatisMetricRegistry create(MetricRegistryInfo info) {
    return new NoRegistry(info);
  }

  @Override
  public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
    return Optional.empty();
  }

  @Override
  public boolean remove(MetricRegistryInfo info) {
    return false;
  }

  @Override
  public void clear() {}

  @Override
  public Set<MetricRegistryInfo> getMetricRegistryInfos() {
    return Set.of();
  }

  @Override
  public Collection<RatisMetricRegistry> getMetricRegistries() {
    return List.of();
  }

  @Override
  public void addReporterRegistration(
      Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stop) {}

  @Override
  public void enableJmxReporter() {}

  @Override
  public void enableConsoleReporter(TimeDuration period) {}
}
