// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"

	"github.com/redis/rueidis"
)

type clusterOfRueidis struct{ rueidis.Client }

func openRueidisCluster(address string) (clusterClient, error) {
	c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{address}, DisableCache: true})
	return clusterOfRueidis{c}, err
}

func (c clusterOfRueidis) set(ctx context.Context, key, value string) error {
	return c.Do(ctx, c.B().Set().Key(key).Value(value).Build()).Error()
}

func (c clusterOfRueidis) get(ctx context.Context, key string) (string, error) {
	return c.Do(ctx, c.B().Get().Key(key).Build()).ToString()
}

func (c clusterOfRueidis) addInAPipeline(ctx context.Context, keys []string) ([]int64, error) {
	return addEachWithRueidis(ctx, c.Client, keys)
}

func (c clusterOfRueidis) addInATransaction(ctx context.Context, keys []string) ([]int64, error) {
	return addInOneWithRueidis(ctx, c.Client, keys)
}

func (c clusterOfRueidis) setTogether(ctx context.Context, pairs ...string) error {
	command := c.B().Mset().KeyValue()
	for i := 0; i < len(pairs); i += 2 {
		command = command.KeyValue(pairs[i], pairs[i+1])
	}
	return c.Do(ctx, command.Build()).Error()
}

func (c clusterOfRueidis) getTogether(ctx context.Context, keys ...string) ([]string, error) {
	return c.Do(ctx, c.B().Mget().Key(keys...).Build()).AsStrSlice()
}

// Its builder panics when it meets keys of two slots.
func (c clusterOfRueidis) setIfAllAreAbsent(ctx context.Context, pairs ...string) (err error) {
	defer func() {
		if refusal := recover(); refusal != nil {
			err = fmt.Errorf("%v", refusal)
		}
	}()
	command := c.B().Msetnx().KeyValue()
	for i := 0; i < len(pairs); i += 2 {
		command = command.KeyValue(pairs[i], pairs[i+1])
	}
	return c.Do(ctx, command.Build()).Error()
}

func (c clusterOfRueidis) close() {
	c.Close()
}
