// SPDX-License-Identifier: Apache-2.0
// The headers from which jextract makes the bindings that the raw layer is held against.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <infiniband/verbs.h>
