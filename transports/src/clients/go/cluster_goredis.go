// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

type goRedisCluster struct{ *redis.ClusterClient }

func openGoRedisCluster(address string) (clusterClient, error) {
	return goRedisCluster{redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{address}})}, nil
}

func (c goRedisCluster) set(ctx context.Context, key, value string) error {
	return c.Set(ctx, key, value, 0).Err()
}

func (c goRedisCluster) get(ctx context.Context, key string) (string, error) {
	return c.Get(ctx, key).Result()
}

func (c goRedisCluster) addInAPipeline(ctx context.Context, keys []string) ([]int64, error) {
	return addEach(ctx, c.Pipelined, keys)
}

func (c goRedisCluster) addInATransaction(ctx context.Context, keys []string) ([]int64, error) {
	return addEach(ctx, c.TxPipelined, keys)
}

func (c goRedisCluster) setTogether(ctx context.Context, pairs ...string) error {
	return c.MSet(ctx, pairs).Err()
}

func (c goRedisCluster) getTogether(ctx context.Context, keys ...string) ([]string, error) {
	found, err := c.MGet(ctx, keys...).Result()
	values := make([]string, len(found))
	for i, value := range found {
		values[i] = fmt.Sprint(value)
	}
	return values, err
}

func (c goRedisCluster) setIfAllAreAbsent(ctx context.Context, pairs ...string) error {
	return c.MSetNX(ctx, pairs).Err()
}

func (c goRedisCluster) close() {
	_ = c.Close()
}
