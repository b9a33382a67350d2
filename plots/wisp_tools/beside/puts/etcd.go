// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"

	"go.etcd.io/etcd/client/v3"
)

type etcdStore struct{ *clientv3.Client }

// openEtcd has the client ask one member alone: a follower would only pass a put on.
func openEtcd(address string) (store, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{address}, DialTimeout: patience})
	return etcdStore{client}, err
}

func (s etcdStore) put(ctx context.Context, key, value string) error {
	_, err := s.Put(ctx, key, value)
	return err
}

func (s etcdStore) close() {
	_ = s.Close()
}

func etcdLeads(ctx context.Context, address string) (bool, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{address}})
	if err != nil {
		return false, err
	}
	defer func() { _ = client.Close() }()
	status, err := client.Status(ctx, address)
	if err != nil {
		return false, err
	}
	return status.Leader == status.Header.MemberId, nil
}
