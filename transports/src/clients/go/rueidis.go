// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"slices"
	"time"

	"github.com/redis/rueidis"
)

type ofRueidis struct{ rueidis.Client }

// Without DisableCache it wants CLIENT TRACKING, which is not there.
func openRueidis(address, password string) (client, error) {
	c, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{address}, Password: password, DisableCache: true,
	})
	return ofRueidis{c}, err
}

func (c ofRueidis) flush(ctx context.Context) error {
	return c.Do(ctx, c.B().Flushall().Build()).Error()
}

func (c ofRueidis) set(ctx context.Context, key string, value []byte) error {
	return c.Do(ctx, c.B().Set().Key(key).Value(rueidis.BinaryString(value)).Build()).Error()
}

func (c ofRueidis) setFor(ctx context.Context, key string, value []byte, life time.Duration) error {
	return c.Do(ctx, c.B().Set().Key(key).Value(rueidis.BinaryString(value)).Ex(life).Build()).Error()
}

func (c ofRueidis) get(ctx context.Context, key string) ([]byte, error) {
	value, err := c.Do(ctx, c.B().Get().Key(key).Build()).AsBytes()
	if rueidis.IsRedisNil(err) {
		return nil, nil
	}
	return value, err
}

func (c ofRueidis) remove(ctx context.Context, key string) (int64, error) {
	return c.Do(ctx, c.B().Del().Key(key).Build()).AsInt64()
}

func (c ofRueidis) add(ctx context.Context, key string, number int64) (int64, error) {
	return c.Do(ctx, c.B().Incrby().Key(key).Increment(number).Build()).AsInt64()
}

func (c ofRueidis) addInAPipeline(ctx context.Context, key string, times int) ([]int64, error) {
	return addEachWithRueidis(ctx, c.Client, slices.Repeat([]string{key}, times))
}

func (c ofRueidis) addInATransaction(ctx context.Context, key string, times int) ([]int64, error) {
	return addInOneWithRueidis(ctx, c.Client, slices.Repeat([]string{key}, times))
}

func addEachWithRueidis(ctx context.Context, c rueidis.Client, keys []string) ([]int64, error) {
	commands := make(rueidis.Commands, 0, len(keys))
	for _, key := range keys {
		commands = append(commands, c.B().Incr().Key(key).Build())
	}
	numbers := make([]int64, 0, len(keys))
	for _, reply := range c.DoMulti(ctx, commands...) {
		number, err := reply.AsInt64()
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

func addInOneWithRueidis(ctx context.Context, c rueidis.Client, keys []string) ([]int64, error) {
	var numbers []int64
	err := c.Dedicated(func(own rueidis.DedicatedClient) error {
		commands := rueidis.Commands{own.B().Multi().Build()}
		for _, key := range keys {
			commands = append(commands, own.B().Incr().Key(key).Build())
		}
		replies := own.DoMulti(ctx, append(commands, own.B().Exec().Build())...)
		var err error
		numbers, err = replies[len(replies)-1].AsIntSlice()
		return err
	})
	return numbers, err
}

func (c ofRueidis) setUnlessChanged(
	ctx context.Context, key string, value []byte, meanwhile func() error,
) (bool, error) {
	err := c.Dedicated(func(own rueidis.DedicatedClient) error {
		if err := own.Do(ctx, own.B().Watch().Key(key).Build()).Error(); err != nil {
			return err
		}
		if err := meanwhile(); err != nil {
			return err
		}
		replies := own.DoMulti(
			ctx,
			own.B().Multi().Build(),
			own.B().Set().Key(key).Value(rueidis.BinaryString(value)).Build(),
			own.B().Exec().Build(),
		)
		return replies[2].Error()
	})
	if rueidis.IsRedisNil(err) {
		return false, nil
	}
	return err == nil, err
}

func (c ofRueidis) scan(ctx context.Context) ([]string, error) {
	var keys []string
	for cursor := uint64(0); ; {
		some, err := c.Do(ctx, c.B().Scan().Cursor(cursor).Build()).AsScanEntry()
		if err != nil {
			return nil, err
		}
		keys = append(keys, some.Elements...)
		if cursor = some.Cursor; cursor == 0 {
			return keys, nil
		}
	}
}

func (c ofRueidis) close() {
	c.Close()
}
