// SPDX-License-Identifier: Apache-2.0

// The program holds a client of Go to a list: both are its first words. It prints a line for each expectation, as
// ../README.md says.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

var clients = map[string]struct {
	module      string
	open        func(address, password string) (client, error)
	openCluster func(address string) (clusterClient, error)
}{
	"go-redis": {"github.com/redis/go-redis/v9", openGoRedis, openGoRedisCluster},
	"rueidis":  {"github.com/redis/rueidis", openRueidis, openRueidisCluster},
}

// tell prints the line of an expectation: whether it holds.
func tell(name string, err error) bool {
	if err != nil {
		fmt.Printf("FAIL %s: %.300s\n", name, strings.Join(strings.Fields(err.Error()), " "))
		return false
	}
	fmt.Println("ok", name)
	return true
}

func version(module string) string {
	built, _ := debug.ReadBuildInfo()
	for _, each := range built.Deps {
		if each.Path == module {
			return strings.TrimPrefix(each.Version, "v")
		}
	}
	return "unknown"
}

func main() {
	list, name, told := os.Args[1], os.Args[2], os.Args[3:]
	client := clients[name]
	fmt.Println("client", name, version(client.module))
	var failed bool
	if list == "cluster" {
		failed = holdToCluster(client.openCluster, told)
	} else {
		failed = holdToContract(client.open, told)
	}
	if failed {
		os.Exit(1)
	}
}
