// SPDX-License-Identifier: Apache-2.0

// What every client of Go with a cluster mode is held to: the list of ../cluster.txt, each name of which has a
// function here.
package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

const (
	spread = 500
	// One node has keys with the first tag, the other, which may be killed, those with the second.
	low, high = "{bar}", "{foo}"
	// Longer than any client tries again by itself.
	untilAnError = 60 * time.Second
)

// clusterClient is used as its documents say.
type clusterClient interface {
	set(ctx context.Context, key, value string) error
	get(ctx context.Context, key string) (string, error)
	addInAPipeline(ctx context.Context, keys []string) ([]int64, error)
	addInATransaction(ctx context.Context, keys []string) ([]int64, error)
	setTogether(ctx context.Context, pairs ...string) error
	getTogether(ctx context.Context, keys ...string) ([]string, error)
	// setIfAllAreAbsent is MSETNX.
	setIfAllAreAbsent(ctx context.Context, pairs ...string) error
	close()
}

// nodes knows where one node of the cluster is, and one that has an old map.
type nodes struct {
	address, old string
	open         func(address string) (clusterClient, error)
}

var clusterList = []struct {
	name   string
	expect func(ctx context.Context, c clusterClient, n nodes) error
}{
	{"connect", reachBothNodes},
	{"reach-every-slot", reachEverySlot},
	{"pipeline", pipelineOverNodes},
	{"use-many-keys-of-one-slot", useManyKeysOfOneSlot},
	{"be-refused-keys-of-two-slots", beRefusedKeysOfTwoSlots},
	{"run-a-transaction", runATransactionInOneSlot},
	{"follow-a-redirection", followARedirection},
	{"outlive-a-node", outliveANode},
}

func reachBothNodes(ctx context.Context, c clusterClient, _ nodes) error {
	return first(
		func() error { return setAndGet(ctx, c, low+"k", "a") },
		func() error { return setAndGet(ctx, c, high+"k", "b") },
	)
}

func reachEverySlot(ctx context.Context, c clusterClient, _ nodes) error {
	for i := range spread {
		if err := c.set(ctx, "key"+strconv.Itoa(i), "v"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	for i := range spread {
		if err := expectText(ctx, c, "key"+strconv.Itoa(i), "v"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

func pipelineOverNodes(ctx context.Context, c clusterClient, _ nodes) error {
	keys, wanted := make([]string, spread), make([]int64, spread)
	for i := range spread {
		keys[i], wanted[i] = "n"+strconv.Itoa(i%100), int64(1+i/100)
	}
	for _, key := range keys[:100] {
		if err := c.set(ctx, key, "0"); err != nil {
			return err
		}
	}
	found, err := c.addInAPipeline(ctx, keys)
	return expect(fmt.Sprint(found), fmt.Sprint(wanted), err)
}

func useManyKeysOfOneSlot(ctx context.Context, c clusterClient, _ nodes) error {
	for _, tag := range []string{low, high} {
		if err := c.setTogether(ctx, tag+"one", "1", tag+"two", "2", tag+"three", "3"); err != nil {
			return err
		}
		found, err := c.getTogether(ctx, tag+"three", tag+"one", tag+"two")
		if err := expect(fmt.Sprint(found), "[3 1 2]", err); err != nil {
			return err
		}
	}
	return nil
}

func beRefusedKeysOfTwoSlots(ctx context.Context, c clusterClient, _ nodes) error {
	// rueidis looks at the slots itself, and has words of its own.
	return expectError(c.setIfAllAreAbsent(ctx, low+"new", "v", high+"new", "v"), "slot")
}

func runATransactionInOneSlot(ctx context.Context, c clusterClient, _ nodes) error {
	for _, tag := range []string{low, high} {
		if err := c.setTogether(ctx, tag+"x", "0", tag+"y", "0"); err != nil {
			return err
		}
		found, err := c.addInATransaction(ctx, []string{tag + "x", tag + "y", tag + "x"})
		if err := expect(fmt.Sprint(found), "[1 1 2]", err); err != nil {
			return err
		}
	}
	return nil
}

func followARedirection(ctx context.Context, _ clusterClient, n nodes) error {
	c, err := n.open(n.old)
	if err != nil {
		return err
	}
	defer c.close()
	return first(
		func() error { return setAndGet(ctx, c, high+"moved", "b") },
		func() error { return setAndGet(ctx, c, low+"moved", "a") },
	)
}

func outliveANode(ctx context.Context, c clusterClient, _ nodes) error {
	return first(
		func() error { return setAndGet(ctx, c, low+"k", "v") },
		func() error { return setAndGet(ctx, c, high+"k", "v") },
		func() error { return order("kill") },
		func() error { return setAndGet(ctx, c, low+"k", "w") },
		func() error { return expectAnErrorInTime(func() error { return c.set(ctx, high+"k", "w") }) },
		func() error { return setAndGet(ctx, c, low+"k", "x") },
		func() error { return order("start") },
		func() error {
			for c.set(ctx, high+"k", "y") != nil {
				time.Sleep(50 * time.Millisecond)
			}
			return expectText(ctx, c, high+"k", "y")
		},
	)
}

// expectAnErrorInTime does not rely on the client's own deadlines.
func expectAnErrorInTime(call func() error) error {
	came := make(chan error, 1)
	go func() { came <- call() }()
	select {
	case err := <-came:
		return expectError(err, "")
	case <-time.After(untilAnError):
		return fmt.Errorf("a key of a killed node was no error within %s", untilAnError)
	}
}

func setAndGet(ctx context.Context, c clusterClient, key, value string) error {
	if err := c.set(ctx, key, value); err != nil {
		return err
	}
	return expectText(ctx, c, key, value)
}

func expectText(ctx context.Context, c clusterClient, key, wanted string) error {
	found, err := c.get(ctx, key)
	return expect(found, wanted, err)
}

// holdToCluster is called with what follows the client's name: two ports.
func holdToCluster(open func(address string) (clusterClient, error), told []string) (failed bool) {
	n := nodes{"127.0.0.1:" + told[0], "127.0.0.1:" + told[1], open}
	for _, each := range clusterList {
		failed = !tell(each.name, holdAClient(n, each.expect)) || failed
	}
	return failed
}

func holdAClient(n nodes, expectation func(ctx context.Context, c clusterClient, n nodes) error) error {
	c, err := n.open(n.address)
	if err != nil {
		return err
	}
	defer c.close()
	return expectation(context.Background(), c, n)
}
