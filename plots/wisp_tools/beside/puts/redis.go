// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"

	"github.com/redis/go-redis/v9"
)

type redisStore struct{ *redis.Client }

func openRedis(address string) (store, error) {
	// Nothing is sent a second time, as etcd's client sends no put a second time.
	client := redis.NewClient(&redis.Options{Addr: address, PoolSize: 1, MaxRetries: -1, ReadTimeout: patience})
	return redisStore{client}, nil
}

func (s redisStore) put(ctx context.Context, key, value string) error {
	return s.Set(ctx, key, value, 0).Err()
}

func (s redisStore) close() {
	_ = s.Close()
}

// redisLeads asks for a write, which others than the master refuse.
func redisLeads(ctx context.Context, address string) (bool, error) {
	asked, err := openRedis(address)
	if err != nil {
		return false, err
	}
	defer asked.close()
	err = asked.put(ctx, "who leads", "")
	return err == nil, err
}
