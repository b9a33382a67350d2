/* SPDX-License-Identifier: Apache-2.0
 *
 * The least that a server of RESP does: it reads, counts requests, and writes as many replies as Wisp and Redis would,
 * of the same bytes. It has no table. ./wisp beside redis builds it and measures it as the floor.
 *
 *     floor PORT VALUE_BYTES
 *
 * An array of two words is a GET, of three a SET; anything else is answered +OK. It takes keys and values that hold no
 * asterisk, as those of redis-benchmark, so that each asterisk begins a request.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64, INPUT = 1 << 16, OUTPUT = 1 << 20, CONNECTIONS = 1 << 16 };

static char input[INPUT], output[OUTPUT], value[OUTPUT];
static size_t value_length;
static char behind_asterisk[CONNECTIONS]; /* whether what a connection sent last was one */

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int send_all(int fd, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t count = send(fd, output + sent, length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            return -1;
        }
        sent += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* Returns -1 once the connection is of no use any more. */
static int serve(int fd) {
    ssize_t count = read(fd, input, INPUT);
    size_t length = 0;
    if (count <= 0) {
        return -1;
    }
    for (ssize_t i = 0; i < count; i++) {
        if (behind_asterisk[fd]) {
            int is_get = input[i] == '2';
            const char *reply = is_get ? value : "+OK\r\n";
            size_t reply_length = is_get ? value_length : 5;
            if (length + reply_length > OUTPUT) {
                if (send_all(fd, length) < 0) {
                    return -1;
                }
                length = 0;
            }
            memcpy(output + length, reply, reply_length);
            length += reply_length;
        }
        behind_asterisk[fd] = input[i] == '*';
    }
    return send_all(fd, length);
}

int main(int argc, char **argv) {
    int one = 1, value_bytes = argc == 3 ? atoi(argv[2]) : -1;
    if (value_bytes < 0 || value_bytes > OUTPUT / 2) {
        fprintf(stderr, "usage: floor PORT VALUE_BYTES\n");
        return 2;
    }
    value_length = (size_t)snprintf(value, sizeof value, "$%d\r\n", value_bytes);
    memset(value + value_length, 'x', (size_t)value_bytes);
    memcpy(value + value_length + value_bytes, "\r\n", 2);
    value_length += (size_t)value_bytes + 2;

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 511) < 0) {
        fail("floor: listening");
    }
    struct epoll_event events[EVENTS], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd != listener) {
                if (serve(fd) < 0) {
                    close(fd);
                }
                continue;
            }
            while ((fd = accept(listener, NULL, NULL)) >= 0) {
                if (fd >= CONNECTIONS) {
                    close(fd);
                    continue;
                }
                behind_asterisk[fd] = 0;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
            }
        }
    }
}
