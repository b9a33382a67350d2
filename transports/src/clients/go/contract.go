// SPDX-License-Identifier: Apache-2.0

// What every client of Go is held to: the list of ../contract.txt, each name of which has a function here.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	pipelined = 8_000
	keyCount  = 3_000
	hands     = 8
	additions = 200
)

// client is used as its documents say. What is not there is nil.
type client interface {
	flush(ctx context.Context) error
	set(ctx context.Context, key string, value []byte) error
	setFor(ctx context.Context, key string, value []byte, life time.Duration) error
	get(ctx context.Context, key string) ([]byte, error)
	remove(ctx context.Context, key string) (int64, error)
	add(ctx context.Context, key string, number int64) (int64, error)
	addInAPipeline(ctx context.Context, key string, times int) ([]int64, error)
	addInATransaction(ctx context.Context, key string, times int) ([]int64, error)
	// setUnlessChanged watches the key, has something happen meanwhile, and sets the key: whether it did.
	setUnlessChanged(ctx context.Context, key string, value []byte, meanwhile func() error) (bool, error)
	scan(ctx context.Context) ([]string, error)
	close()
}

// places knows where the servers are, and who connects to them.
type places struct {
	address, guarded, password string
	open                       func(address, password string) (client, error)
}

var contract = []struct {
	name   string
	expect func(ctx context.Context, c client, p places) error
}{
	{"connect", connect},
	{"set-get-and-delete", setGetAndDelete},
	{"count", count},
	{"pipeline", pipeline},
	{"run-a-transaction", runATransaction},
	{"notice-a-change-of-a-watched-key", noticeAChangeOfAWatchedKey},
	{"scan-all-keys", scanAllKeys},
	{"keep-every-byte-of-a-key", keepEveryByteOfAKey},
	{"keep-every-byte-of-a-value", keepEveryByteOfAValue},
	{"carry-a-megabyte", carryAMegabyte},
	{"serve-many-at-once", serveManyAtOnce},
	{"let-a-value-expire", letAValueExpire},
	{"tell-errors", tellErrors},
	{"enter-with-the-password", enterWithThePassword},
	{"be-refused-with-another-password", beRefusedWithAnotherPassword},
	{"outlive-a-restart", outliveARestart},
}

func connect(ctx context.Context, c client, _ places) error {
	return expectValue(ctx, c, "none", nil)
}

func setGetAndDelete(ctx context.Context, c client, _ places) error {
	remove := func(wanted int64) error {
		found, err := c.remove(ctx, "k")
		return expect(found, wanted, err)
	}
	return first(
		func() error { return c.set(ctx, "k", []byte("v")) },
		func() error { return expectValue(ctx, c, "k", []byte("v")) },
		func() error { return c.set(ctx, "k", []byte("w")) },
		func() error { return expectValue(ctx, c, "k", []byte("w")) },
		func() error { return remove(1) },
		func() error { return remove(0) },
		func() error { return expectValue(ctx, c, "k", nil) },
	)
}

func count(ctx context.Context, c client, _ places) error {
	for _, step := range [][2]int64{{1, 1}, {41, 42}, {-50, -8}, {math.MaxInt64, math.MaxInt64 - 8}} {
		found, err := c.add(ctx, "n", step[0])
		if err := expect(found, step[1], err); err != nil {
			return err
		}
	}
	return nil
}

func pipeline(ctx context.Context, c client, _ places) error {
	found, err := c.addInAPipeline(ctx, "n", pipelined)
	return expectUpTo(found, pipelined, err)
}

func runATransaction(ctx context.Context, c client, _ places) error {
	found, err := c.addInATransaction(ctx, "n", 3)
	if err := expectUpTo(found, 3, err); err != nil {
		return err
	}
	return expectValue(ctx, c, "n", []byte("3"))
}

func noticeAChangeOfAWatchedKey(ctx context.Context, c client, p places) error {
	other, err := p.open(p.address, "")
	if err != nil {
		return err
	}
	defer other.close()
	set := func(value string, wanted bool, meanwhile func() error) error {
		found, err := c.setUnlessChanged(ctx, "k", []byte(value), meanwhile)
		return expect(found, wanted, err)
	}
	return first(
		func() error { return c.set(ctx, "k", []byte("old")) },
		func() error { return set("mine", true, func() error { return nil }) },
		func() error { return expectValue(ctx, c, "k", []byte("mine")) },
		func() error {
			return set("late", false, func() error { return other.set(ctx, "k", []byte("theirs")) })
		},
		func() error { return expectValue(ctx, c, "k", []byte("theirs")) },
	)
}

func scanAllKeys(ctx context.Context, c client, _ places) error {
	var wanted []string
	for i := range keyCount {
		wanted = append(wanted, "key"+strconv.Itoa(i))
		if err := c.set(ctx, wanted[i], []byte("v")); err != nil {
			return err
		}
	}
	found, err := c.scan(ctx)
	if err != nil {
		return err
	}
	slices.Sort(found)
	slices.Sort(wanted)
	if !slices.Equal(found, wanted) {
		return fmt.Errorf("%d keys that are not the %d of before", len(found), len(wanted))
	}
	return nil
}

func keepEveryByteOfAKey(ctx context.Context, c client, _ places) error {
	other := everyByte()
	other[0]++
	return first(
		func() error { return c.set(ctx, string(everyByte()), []byte("v")) },
		func() error { return expectValue(ctx, c, string(everyByte()), []byte("v")) },
		func() error { return expectValue(ctx, c, string(other), nil) },
	)
}

func keepEveryByteOfAValue(ctx context.Context, c client, _ places) error {
	return first(
		func() error { return c.set(ctx, "k", everyByte()) },
		func() error { return expectValue(ctx, c, "k", everyByte()) },
		func() error { return c.set(ctx, "k", []byte{}) },
		func() error { return expectValue(ctx, c, "k", []byte{}) },
	)
}

func carryAMegabyte(ctx context.Context, c client, _ places) error {
	value := make([]byte, 1<<20)
	for i := range value {
		value[i] = byte(i*31 + i>>8)
	}
	return first(
		func() error { return c.set(ctx, "k", value) },
		func() error { return expectValue(ctx, c, "k", value) },
	)
}

func serveManyAtOnce(ctx context.Context, c client, _ places) error {
	failures := make([]error, hands)
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() { failures[hand] = work(ctx, c, "k"+strconv.Itoa(hand)) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	return expectValue(ctx, c, "n", []byte(strconv.Itoa(hands*additions)))
}

func work(ctx context.Context, c client, own string) error {
	for i := range additions {
		if _, err := c.add(ctx, "n", 1); err != nil {
			return err
		}
		value := []byte(own + strconv.Itoa(i))
		if err := c.set(ctx, own, value); err != nil {
			return err
		}
		if err := expectValue(ctx, c, own, value); err != nil {
			return err
		}
	}
	return nil
}

func letAValueExpire(ctx context.Context, c client, _ places) error {
	return first(
		func() error { return c.setFor(ctx, "long", []byte("v"), 1000*time.Second) },
		func() error { return c.setFor(ctx, "short", []byte("v"), time.Second) },
		func() error {
			for {
				if value, err := c.get(ctx, "short"); value == nil || err != nil {
					return err
				}
				time.Sleep(20 * time.Millisecond)
			}
		},
		func() error { return expectValue(ctx, c, "long", []byte("v")) },
	)
}

func tellErrors(ctx context.Context, c client, _ places) error {
	return first(
		func() error { return c.set(ctx, "k", []byte("no number")) },
		func() error {
			_, err := c.add(ctx, "k", 1)
			return expectError(err, "value is not an integer or out of range")
		},
		func() error { return expectValue(ctx, c, "k", []byte("no number")) },
	)
}

func enterWithThePassword(ctx context.Context, _ client, p places) error {
	c, err := p.open(p.guarded, p.password)
	if err != nil {
		return err
	}
	defer c.close()
	return first(
		func() error { return c.set(ctx, "k", []byte("v")) },
		func() error { return expectValue(ctx, c, "k", []byte("v")) },
	)
}

func beRefusedWithAnotherPassword(ctx context.Context, _ client, p places) error {
	c, err := p.open(p.guarded, "another")
	if err == nil {
		_, err = c.get(ctx, "k")
		c.close()
	}
	return expectError(err, "WRONGPASS")
}

func outliveARestart(ctx context.Context, c client, _ places) error {
	if err := c.set(ctx, "k", []byte("v")); err != nil {
		return err
	}
	if err := order("restart"); err != nil {
		return err
	}
	for c.set(ctx, "k", []byte("w")) != nil {
		time.Sleep(50 * time.Millisecond)
	}
	return expectValue(ctx, c, "k", []byte("w"))
}

func expect[T comparable](found, wanted T, err error) error {
	if err == nil && found != wanted {
		return fmt.Errorf("%v instead of %v", found, wanted)
	}
	return err
}

func expectUpTo(found []int64, last int, err error) error {
	if err == nil && len(found) != last {
		return fmt.Errorf("%d replies instead of %d", len(found), last)
	}
	for i, number := range found {
		if err == nil {
			err = expect(number, int64(i+1), nil)
		}
	}
	return err
}

// expectValue expects a value, or none where nil is wanted.
func expectValue(ctx context.Context, c client, key string, wanted []byte) error {
	found, err := c.get(ctx, key)
	if err == nil && (!bytes.Equal(found, wanted) || (found == nil) != (wanted == nil)) {
		return fmt.Errorf("%.60q instead of %.60q", found, wanted)
	}
	return err
}

func expectError(err error, words string) error {
	if err == nil {
		return fmt.Errorf("no error instead of one with: %s", words)
	}
	if strings.Contains(err.Error(), words) {
		return nil
	}
	return fmt.Errorf("another error than one with %s: %w", words, err)
}

// first runs steps up to the first that fails.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func everyByte() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

// order has the program that started this one do something, and waits until it is done.
func order(line string) error {
	fmt.Println(line)
	_, err := answers.ReadString('\n')
	return err
}

var answers = bufio.NewReader(os.Stdin)

func hold(p places, expectation func(ctx context.Context, c client, p places) error) error {
	ctx := context.Background()
	c, err := p.open(p.address, "")
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.flush(ctx); err != nil {
		return err
	}
	return expectation(ctx, c, p)
}

// holdToContract is called with what follows the client's name: two ports and a password.
func holdToContract(open func(address, password string) (client, error), told []string) (failed bool) {
	p := places{"127.0.0.1:" + told[0], "127.0.0.1:" + told[1], told[2], open}
	for _, each := range contract {
		failed = !tell(each.name, hold(p, each.expect)) || failed
	}
	return failed
}
