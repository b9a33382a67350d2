/* SPDX-License-Identifier: Apache-2.0
 * hiredis, held to the list of ../contract.txt. It prints a line for each expectation, as ../README.md says.
 *
 * usage: hiredis PORT GUARDED_PORT PASSWORD
 */
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIPELINED = 8000, KEYS = 3000, HANDS = 8, ADDITIONS = 200, MEGABYTE = 1 << 20 };

static int port;
static int guarded_port;
static const char *password;
static redisContext *redis;

/* Of each thread: why its expectation failed; empty if it did not. */
static _Thread_local char failure[400];

static bool fail(const char *form, ...) {
  if (failure[0] == '\0') {
    va_list arguments;
    va_start(arguments, form);
    vsnprintf(failure, sizeof failure, form, arguments);
    va_end(arguments);
  }
  return false;
}

/* A connection, or NULL. */
static redisContext *open_at(int where) {
  redisContext *made = redisConnect("127.0.0.1", where);
  if (made == NULL || made->err) {
    fail("cannot connect: %s", made == NULL ? "no memory" : made->errstr);
    if (made != NULL) {
      redisFree(made);
    }
    return NULL;
  }
  return made;
}

static bool is(redisContext *context, redisReply *reply, int type) {
  if (reply == NULL) {
    return fail("no reply: %s", context->errstr);
  }
  if (reply->type != type) {
    return fail("a reply of type %d instead of %d: %.200s", reply->type, type, reply->str ? reply->str : "");
  }
  return true;
}

static bool is_number(redisContext *context, redisReply *reply, long long wanted) {
  bool good = is(context, reply, REDIS_REPLY_INTEGER);
  if (good && reply->integer != wanted) {
    good = fail("%lld instead of %lld", reply->integer, wanted);
  }
  freeReplyObject(reply);
  return good;
}

static bool is_ok(redisContext *context, redisReply *reply, const char *wanted) {
  bool good = is(context, reply, REDIS_REPLY_STATUS);
  if (good && strcmp(reply->str, wanted) != 0) {
    good = fail("%.100s instead of %s", reply->str, wanted);
  }
  freeReplyObject(reply);
  return good;
}

static bool is_error(redisContext *context, redisReply *reply, const char *words) {
  bool good = is(context, reply, REDIS_REPLY_ERROR);
  if (good && strstr(reply->str, words) == NULL) {
    good = fail("%.200s instead of %s", reply->str, words);
  }
  freeReplyObject(reply);
  return good;
}

static bool set(redisContext *context, const void *key, size_t key_size, const void *value, size_t size) {
  return is_ok(context, redisCommand(context, "SET %b %b", key, key_size, value, size), "OK");
}

/* Whether a key has a value, or none where that is NULL. */
static bool has(redisContext *context, const void *key, size_t key_size, const void *wanted, size_t size) {
  redisReply *reply = redisCommand(context, "GET %b", key, key_size);
  bool good = is(context, reply, wanted == NULL ? REDIS_REPLY_NIL : REDIS_REPLY_STRING);
  if (good && wanted != NULL && (reply->len != size || memcmp(reply->str, wanted, size) != 0)) {
    good = fail("another value of %zu bytes instead of one of %zu", (size_t) reply->len, size);
  }
  freeReplyObject(reply);
  return good;
}

static bool set_text(redisContext *context, const char *key, const char *value) {
  return set(context, key, strlen(key), value, strlen(value));
}

static bool has_text(redisContext *context, const char *key, const char *wanted) {
  return has(context, key, strlen(key), wanted, wanted == NULL ? 0 : strlen(wanted));
}

static bool adds_to(redisContext *context, long long number, long long sum) {
  return is_number(context, redisCommand(context, "INCRBY n %lld", number), sum);
}

static bool connects(void) {
  return has_text(redis, "none", NULL);
}

static bool set_get_and_delete(void) {
  return set_text(redis, "k", "v") && has_text(redis, "k", "v") && set_text(redis, "k", "w") &&
         has_text(redis, "k", "w") && is_number(redis, redisCommand(redis, "DEL k"), 1) &&
         is_number(redis, redisCommand(redis, "DEL k"), 0) && has_text(redis, "k", NULL);
}

static bool count(void) {
  return adds_to(redis, 1, 1) && adds_to(redis, 41, 42) && adds_to(redis, -50, -8) &&
         adds_to(redis, 9223372036854775807LL, 9223372036854775799LL);
}

static bool pipeline(void) {
  for (int i = 0; i < PIPELINED; i++) {
    redisAppendCommand(redis, "INCR n");
  }
  for (int i = 1; i <= PIPELINED; i++) {
    redisReply *reply = NULL;
    if (redisGetReply(redis, (void **) &reply) != REDIS_OK) {
      return fail("no reply: %s", redis->errstr);
    }
    if (!is_number(redis, reply, i)) {
      return false;
    }
  }
  return true;
}

static bool run_a_transaction(void) {
  bool good = is_ok(redis, redisCommand(redis, "MULTI"), "OK");
  for (int i = 0; good && i < 3; i++) {
    good = is_ok(redis, redisCommand(redis, "INCR n"), "QUEUED");
  }
  if (!good) {
    return false;
  }
  redisReply *replies = redisCommand(redis, "EXEC");
  good = is(redis, replies, REDIS_REPLY_ARRAY);
  if (good && replies->elements != 3) {
    good = fail("%zu replies instead of 3", replies->elements);
  }
  for (int i = 0; good && i < 3; i++) {
    redisReply *each = replies->element[i];
    good = is(redis, each, REDIS_REPLY_INTEGER) && (each->integer == i + 1 || fail("%lld", each->integer));
  }
  freeReplyObject(replies);
  return good && has_text(redis, "n", "3");
}

/* Sets a watched key, which another client changes meanwhile if that is given. */
static bool set_watched(redisContext *other, const char *value, int wanted) {
  if (!is_ok(redis, redisCommand(redis, "WATCH k"), "OK") || (other != NULL && !set_text(other, "k", "theirs")) ||
      !is_ok(redis, redisCommand(redis, "MULTI"), "OK") ||
      !is_ok(redis, redisCommand(redis, "SET k %s", value), "QUEUED")) {
    return false;
  }
  redisReply *reply = redisCommand(redis, "EXEC");
  bool good = is(redis, reply, wanted);
  freeReplyObject(reply);
  return good;
}

static bool notice_a_change_of_a_watched_key(void) {
  redisContext *other = open_at(port);
  if (other == NULL) {
    return false;
  }
  bool good = set_text(redis, "k", "old") && set_watched(NULL, "mine", REDIS_REPLY_ARRAY) &&
              has_text(redis, "k", "mine") && set_watched(other, "late", REDIS_REPLY_NIL) &&
              has_text(redis, "k", "theirs");
  redisFree(other);
  return good;
}

/* Marks the keys of a reply of SCAN as found. */
static bool find(redisReply *keys, bool *found, int *count) {
  for (size_t i = 0; i < keys->elements; i++) {
    int number = -1;
    if (sscanf(keys->element[i]->str, "key%d", &number) != 1 || number < 0 || number >= KEYS) {
      return fail("there is no key %.100s", keys->element[i]->str);
    }
    if (found[number]) {
      return fail("key%d came twice", number);
    }
    found[number] = true;
    ++*count;
  }
  return true;
}

static bool scan_all_keys(void) {
  static bool found[KEYS];
  int count = 0;
  for (int i = 0; i < KEYS; i++) {
    if (!is_ok(redis, redisCommand(redis, "SET key%d v", i), "OK")) {
      return false;
    }
  }
  char cursor[32] = "0";
  do {
    redisReply *reply = redisCommand(redis, "SCAN %s", cursor);
    bool good = is(redis, reply, REDIS_REPLY_ARRAY) && find(reply->element[1], found, &count);
    if (good) {
      snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    }
    freeReplyObject(reply);
    if (!good) {
      return false;
    }
  } while (strcmp(cursor, "0") != 0);
  return count == KEYS || fail("%d keys instead of %d", count, KEYS);
}

static void every_byte(unsigned char *bytes) {
  for (int i = 0; i < 256; i++) {
    bytes[i] = (unsigned char) i;
  }
}

static bool keep_every_byte_of_a_key(void) {
  unsigned char key[256];
  every_byte(key);
  if (!set(redis, key, sizeof key, "v", 1) || !has(redis, key, sizeof key, "v", 1)) {
    return false;
  }
  key[0]++;
  return has(redis, key, sizeof key, NULL, 0);
}

static bool keep_every_byte_of_a_value(void) {
  unsigned char value[256];
  every_byte(value);
  return set(redis, "k", 1, value, sizeof value) && has(redis, "k", 1, value, sizeof value) &&
         set_text(redis, "k", "") && has_text(redis, "k", "");
}

static bool carry_a_megabyte(void) {
  static unsigned char value[MEGABYTE];
  for (int i = 0; i < MEGABYTE; i++) {
    value[i] = (unsigned char) (i * 31 + (i >> 8));
  }
  return set(redis, "k", 1, value, sizeof value) && has(redis, "k", 1, value, sizeof value);
}

/* hiredis has no pool: each thread has a connection. Returns NULL, or why it failed. */
static void *work(void *hand) {
  char own[8], value[32];
  redisContext *context = open_at(port);
  snprintf(own, sizeof own, "k%d", *(int *) hand);
  for (int i = 0; context != NULL && failure[0] == '\0' && i < ADDITIONS; i++) {
    redisReply *reply = redisCommand(context, "INCR n");
    is(context, reply, REDIS_REPLY_INTEGER);
    freeReplyObject(reply);
    snprintf(value, sizeof value, "%s-%d", own, i);
    if (set_text(context, own, value)) {
      has_text(context, own, value);
    }
  }
  if (context != NULL) {
    redisFree(context);
  }
  return failure[0] == '\0' ? NULL : strdup(failure);
}

static bool serve_many_at_once(void) {
  pthread_t threads[HANDS];
  int hands[HANDS];
  for (int i = 0; i < HANDS; i++) {
    hands[i] = i;
    if (pthread_create(&threads[i], NULL, work, &hands[i]) != 0) {
      printf("no thread can be started\n");
      exit(2);
    }
  }
  for (int i = 0; i < HANDS; i++) {
    void *why;
    pthread_join(threads[i], &why);
    if (why != NULL) {
      fail("%s", (char *) why);
      free(why);
    }
  }
  char sum[16];
  snprintf(sum, sizeof sum, "%d", HANDS * ADDITIONS);
  return failure[0] == '\0' && has_text(redis, "n", sum);
}

static bool let_a_value_expire(void) {
  if (!is_ok(redis, redisCommand(redis, "SET long v EX 1000"), "OK") ||
      !is_ok(redis, redisCommand(redis, "SET short v EX 1"), "OK")) {
    return false;
  }
  bool there = true;
  while (there) {
    redisReply *reply = redisCommand(redis, "GET short");
    if (reply == NULL) {
      return fail("no reply: %s", redis->errstr);
    }
    there = reply->type != REDIS_REPLY_NIL;
    freeReplyObject(reply);
    usleep(20000);
  }
  return has_text(redis, "long", "v");
}

static bool tell_errors(void) {
  return set_text(redis, "n", "no number") &&
         is_error(redis, redisCommand(redis, "INCR n"), "ERR value is not an integer or out of range") &&
         has_text(redis, "n", "no number");
}

static bool enter_with_the_password(void) {
  redisContext *guarded = open_at(guarded_port);
  if (guarded == NULL) {
    return false;
  }
  bool good = is_ok(guarded, redisCommand(guarded, "AUTH %s", password), "OK") && set_text(guarded, "k", "v") &&
              has_text(guarded, "k", "v");
  redisFree(guarded);
  return good;
}

static bool be_refused_with_another_password(void) {
  redisContext *guarded = open_at(guarded_port);
  if (guarded == NULL) {
    return false;
  }
  bool good = is_error(guarded, redisCommand(guarded, "AUTH another"), "WRONGPASS") &&
              is_error(guarded, redisCommand(guarded, "GET k"), "NOAUTH");
  redisFree(guarded);
  return good;
}

static bool outlive_a_restart(void) {
  char line[16];
  if (!set_text(redis, "k", "v")) {
    return false;
  }
  puts("restart");
  if (fgets(line, sizeof line, stdin) == NULL) {
    return fail("nobody restarted the server");
  }
  redisReply *reply = redisCommand(redis, "GET k");
  bool lost = reply == NULL;
  freeReplyObject(reply);
  if (!lost) {
    return fail("the connection outlived its server");
  }
  if (redisReconnect(redis) != REDIS_OK) {
    return fail("cannot connect again: %s", redis->errstr);
  }
  return set_text(redis, "k", "w") && has_text(redis, "k", "w");
}

static const struct {
  const char *name;
  bool (*holds)(void);
} contract[] = {
    {"connect", connects},
    {"set-get-and-delete", set_get_and_delete},
    {"count", count},
    {"pipeline", pipeline},
    {"run-a-transaction", run_a_transaction},
    {"notice-a-change-of-a-watched-key", notice_a_change_of_a_watched_key},
    {"scan-all-keys", scan_all_keys},
    {"keep-every-byte-of-a-key", keep_every_byte_of_a_key},
    {"keep-every-byte-of-a-value", keep_every_byte_of_a_value},
    {"carry-a-megabyte", carry_a_megabyte},
    {"serve-many-at-once", serve_many_at_once},
    {"let-a-value-expire", let_a_value_expire},
    {"tell-errors", tell_errors},
    {"enter-with-the-password", enter_with_the_password},
    {"be-refused-with-another-password", be_refused_with_another_password},
    {"outlive-a-restart", outlive_a_restart},
};

static bool hold(bool (*holds)(void)) {
  failure[0] = '\0';
  redis = open_at(port);
  if (redis == NULL) {
    return false;
  }
  bool good = is_ok(redis, redisCommand(redis, "FLUSHALL"), "OK") && holds();
  redisFree(redis);
  return good;
}

int main(int count, char **arguments) {
  int status = 0;
  if (count != 4) {
    fprintf(stderr, "usage: hiredis PORT GUARDED_PORT PASSWORD\n");
    return 2;
  }
  port = atoi(arguments[1]);
  guarded_port = atoi(arguments[2]);
  password = arguments[3];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("client hiredis %d.%d.%d\n", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
  for (size_t i = 0; i < sizeof contract / sizeof *contract; i++) {
    if (hold(contract[i].holds)) {
      printf("ok %s\n", contract[i].name);
    } else {
      status = 1;
      printf("FAIL %s: %s\n", contract[i].name, failure);
    }
  }
  return status;
}
