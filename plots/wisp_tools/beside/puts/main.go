// SPDX-License-Identifier: Apache-2.0

// The program has clients put values into a store, each one after the other, over a connection of its own or a shared one:
//
//	puts redis|etcd CLIENTS CONNECTIONS KEYS VALUE_BYTES ADDRESS...
//
// It answers each line "put MILLISECONDS" with a line of JSON: how many puts a second were acknowledged, how long they took, and what CPU time a put
// took here. The addresses are those of all members of a group, and whichever leads is asked. The loop is the same for
// all stores. ./wisp beside durable builds it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	keyDigits = 12
	// Of a single request.
	patience = 20 * time.Second
	// Until a member leads.
	electionPatience = 60 * time.Second
)

type store interface {
	put(ctx context.Context, key, value string) error
	close()
}

// kind is how a store is asked. Who does not lead is told by leads, with the reason where there is one.
type kind struct {
	open  func(address string) (store, error)
	leads func(ctx context.Context, address string) (bool, error)
}

var kinds = map[string]kind{"redis": {openRedis, redisLeads}, "etcd": {openEtcd, etcdLeads}}

type load struct {
	kind
	clients, connections, keys int
	value                      string
	addresses                  []string
	stores                     []store
}

// answer has the names of the record, results/schemas.
type answer struct {
	PutsPerSecond            float64 `json:"requestsPerSecond"`
	P50Nanoseconds           int64   `json:"p50Nanoseconds"`
	P99Nanoseconds           int64   `json:"p99Nanoseconds"`
	CPUNanosecondsPerRequest float64 `json:"clientCpuNanosecondsPerRequest"`
	Requests                 int     `json:"requests"`
}

// connect opens the connections to whoever leads, unless they are open.
func (l *load) connect() error {
	if l.stores != nil {
		return nil
	}
	address, err := l.leader()
	if err != nil {
		return err
	}
	for range l.connections {
		opened, err := l.open(address)
		if err != nil {
			l.disconnect()
			return err
		}
		l.stores = append(l.stores, opened)
	}
	return nil
}

func (l *load) disconnect() {
	for _, each := range l.stores {
		each.close()
	}
	l.stores = nil
}

func (l *load) leader() (string, error) {
	why := fmt.Errorf("no member says that it leads")
	for deadline := time.Now().Add(electionPatience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		for _, address := range l.addresses {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			leads, err := l.leads(ctx, address)
			cancel()
			if leads {
				return address, nil
			}
			if err != nil {
				why = err
			}
		}
	}
	return "", fmt.Errorf("nobody led within %v: %w", electionPatience, why)
}

// measure has all clients put for a time. The first put that fails ends it.
func (l *load) measure(duration time.Duration) (answer, error) {
	if err := l.connect(); err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	taken := make([][]time.Duration, l.clients)
	var running sync.WaitGroup
	cpu, start := cpuTime(), time.Now()
	for i := range l.clients {
		running.Go(func() {
			found, err := l.putUntil(ctx, l.stores[i%l.connections], start.Add(duration))
			if err != nil {
				cancel(err)
			}
			taken[i] = found
		})
	}
	running.Wait()
	passed, spent := time.Since(start), cpuTime()-cpu
	if err := context.Cause(ctx); err != nil {
		l.disconnect()
		return answer{}, fmt.Errorf("a put failed: %w", err)
	}
	all := slices.Concat(taken...)
	slices.Sort(all)
	return answer{
		PutsPerSecond:            float64(len(all)) / passed.Seconds(),
		P50Nanoseconds:           all[len(all)/2].Nanoseconds(),
		P99Nanoseconds:           all[len(all)*99/100].Nanoseconds(),
		CPUNanosecondsPerRequest: float64(spent.Nanoseconds()) / float64(len(all)),
		Requests:                 len(all),
	}, nil
}

// putUntil returns how long each put took: one at least.
func (l *load) putUntil(ctx context.Context, to store, end time.Time) ([]time.Duration, error) {
	var taken []time.Duration
	for began := time.Now(); len(taken) == 0 || began.Before(end); {
		limited, cancel := context.WithTimeout(ctx, patience)
		err := to.put(limited, fmt.Sprintf("%0*d", keyDigits, rand.IntN(l.keys)), l.value)
		cancel()
		if err != nil {
			return nil, err
		}
		now := time.Now()
		taken = append(taken, now.Sub(began))
		began = now
	}
	return taken, nil
}

// cpuTime is user and system time of this process.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (l *load) answer(line string) any {
	words := strings.Fields(line)
	if len(words) != 2 || words[0] != "put" {
		return failure(fmt.Errorf("it knows put MILLISECONDS, and not %q", line))
	}
	milliseconds, err := strconv.Atoi(words[1])
	if err != nil || milliseconds < 1 {
		return failure(fmt.Errorf("%q is no number of milliseconds", words[1]))
	}
	found, err := l.measure(time.Duration(milliseconds) * time.Millisecond)
	if err != nil {
		return failure(err)
	}
	return found
}

func failure(err error) map[string]string {
	return map[string]string{"failed": err.Error()}
}

func parse(words []string) (*load, error) {
	if len(words) < 6 {
		return nil, fmt.Errorf("usage: puts redis|etcd CLIENTS CONNECTIONS KEYS VALUE_BYTES ADDRESS...")
	}
	chosen, known := kinds[words[0]]
	if !known {
		return nil, fmt.Errorf("there is no store %q; there are redis and etcd", words[0])
	}
	var numbers [4]int
	for i, word := range words[1:5] {
		number, err := strconv.Atoi(word)
		if err != nil || number < 1 {
			return nil, fmt.Errorf("%q is no number from 1 on", word)
		}
		numbers[i] = number
	}
	value := strings.Repeat("x", numbers[3])
	return &load{
		kind: chosen, clients: numbers[0], connections: numbers[1], keys: numbers[2], value: value, addresses: words[5:],
	}, nil
}

func main() {
	load, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer load.disconnect()
	answers := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := answers.Encode(load.answer(lines.Text())); err != nil {
			return
		}
	}
}
