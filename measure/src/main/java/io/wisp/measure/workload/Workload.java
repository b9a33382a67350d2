// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/**
 * Which requests are made, of which keys and with which values.
 *
 * @param keySize decimal digits of a key's number, which bound how many keys there are
 * @param records how many keys are asked for, those inserted meanwhile aside
 * @param keys how often each of them is
 * @param sizes how long values are; {@link ValueSizes.Etc} gives keys the lengths of that pool too
 * @param mix what is done with them
 * @param verify whether values prove themselves, and are looked at when they are read
 */
public record Workload(
    int keySize,
    long records,
    KeyDistribution keys,
    ValueSizes sizes,
    OperationMix mix,
    boolean verify) {

  /** Keys that are chosen alike, with values of one size, which prove nothing. */
  public static Workload uniform(int keySize, long records, int valueSize, OperationMix mix) {
    return new Workload(
        keySize,
        records,
        new KeyDistribution.Uniform(),
        new ValueSizes.Fixed(valueSize),
        mix,
        false);
  }

  /** The keys, for all clients together. */
  public KeySpace keySpace() {
    return new KeySpace(DecimalKeys.count(keySize), records);
  }

  DecimalKeys keyBytes() {
    return new DecimalKeys(
        sizes instanceof ValueSizes.Etc
            ? new KeyLengths.Etc(keySize)
            : new KeyLengths.Fixed(keySize));
  }

  ValueContents contents(long firstStamp) {
    return verify ? new SelfDescribingValues(sizes, firstStamp) : new Filler(sizes);
  }
}
