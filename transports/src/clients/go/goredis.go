// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

type goRedis struct{ *redis.Client }

func openGoRedis(address, password string) (client, error) {
	return goRedis{redis.NewClient(&redis.Options{Addr: address, Password: password})}, nil
}

func (c goRedis) flush(ctx context.Context) error {
	return c.FlushAll(ctx).Err()
}

func (c goRedis) set(ctx context.Context, key string, value []byte) error {
	return c.Set(ctx, key, value, 0).Err()
}

func (c goRedis) setFor(ctx context.Context, key string, value []byte, life time.Duration) error {
	return c.Set(ctx, key, value, life).Err()
}

func (c goRedis) get(ctx context.Context, key string) ([]byte, error) {
	value, err := c.Get(ctx, key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return value, err
}

func (c goRedis) remove(ctx context.Context, key string) (int64, error) {
	return c.Del(ctx, key).Result()
}

func (c goRedis) add(ctx context.Context, key string, number int64) (int64, error) {
	return c.IncrBy(ctx, key, number).Result()
}

func (c goRedis) addInAPipeline(ctx context.Context, key string, times int) ([]int64, error) {
	return addEach(ctx, c.Pipelined, slices.Repeat([]string{key}, times))
}

func (c goRedis) addInATransaction(ctx context.Context, key string, times int) ([]int64, error) {
	return addEach(ctx, c.TxPipelined, slices.Repeat([]string{key}, times))
}

func addEach(
	ctx context.Context,
	run func(context.Context, func(redis.Pipeliner) error) ([]redis.Cmder, error),
	keys []string,
) ([]int64, error) {
	replies := make([]*redis.IntCmd, len(keys))
	_, err := run(ctx, func(together redis.Pipeliner) error {
		for i, key := range keys {
			replies[i] = together.Incr(ctx, key)
		}
		return nil
	})
	numbers := make([]int64, len(keys))
	for i, reply := range replies {
		numbers[i] = reply.Val()
	}
	return numbers, err
}

func (c goRedis) setUnlessChanged(
	ctx context.Context, key string, value []byte, meanwhile func() error,
) (bool, error) {
	err := c.Watch(ctx, func(transaction *redis.Tx) error {
		if err := meanwhile(); err != nil {
			return err
		}
		_, err := transaction.TxPipelined(ctx, func(together redis.Pipeliner) error {
			return together.Set(ctx, key, value, 0).Err()
		})
		return err
	}, key)
	if errors.Is(err, redis.TxFailedErr) {
		return false, nil
	}
	return err == nil, err
}

func (c goRedis) scan(ctx context.Context) ([]string, error) {
	var keys []string
	some := c.Scan(ctx, 0, "", 0).Iterator()
	for some.Next(ctx) {
		keys = append(keys, some.Val())
	}
	return keys, some.Err()
}

func (c goRedis) close() {
	_ = c.Close()
}
