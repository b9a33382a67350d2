/* SPDX-License-Identifier: Apache-2.0
 *
 * libcuckoo's table, asked for what io.wisp.bench.store.MapProcess asks Wisp's: the same keys, values and requests, on the
 * same cores. ./wisp beside libcuckoo builds it and measures both in turns.
 *
 *     table ENTRIES CORES          cores as 0,1
 *
 * It answers each line of standard input with a line of JSON:
 *
 *     fill            puts every key; the bytes that the table has allocated
 *     measure get|put|mixed TOGETHER THREADS MILLISECONDS SEED
 *                     operations a second, and the CPU time of each; how many are together changes nothing here, for
 *                     libcuckoo has no call for keys that are known beforehand
 *     chase BYTES MILLISECONDS
 *                     nanoseconds a load of a cache line anywhere in so much memory, whose place the load before it tells
 *
 * Each operation does the same work as there: a put leaves a copy of key and value in the table, a get copies the value out
 * of it. What is in libcuckoo's favour: its keys and values have a fixed size, lie in the table itself and are replaced
 * there; and its hash function is made for 16 bytes.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <libcuckoo/cuckoohash_map.hh>
#include <new>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Key = std::array<unsigned char, 16>;
using Value = std::array<unsigned char, 100>;
using Clock = std::chrono::steady_clock;

constexpr int BATCH = 1024;
constexpr int PUTS_OF_100 = 5;
constexpr std::size_t HUGE_PAGE = 2 << 20;
constexpr std::uint64_t GOLDEN = 0x9E3779B97F4A7C15;

std::uint64_t mix64(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

/* java.util.SplittableRandom: the same numbers from the same seed. */
class Random {
  public:
    explicit Random(std::uint64_t seed) : state(seed) {}

    std::uint64_t next() { return mix64(state += GOLDEN); }

    std::uint64_t below(std::uint64_t bound) {
        std::uint64_t drawn = next(), most = bound - 1;
        if ((bound & most) == 0) {
            return drawn & most;
        }
        for (std::uint64_t half = drawn >> 1;; half = next() >> 1) {
            std::uint64_t rest = half % bound;
            if (static_cast<std::int64_t>(half + most - rest) >= 0) {
                return rest;
            }
        }
    }

    std::uint32_t below(std::uint32_t bound) {
        for (;;) {
            std::uint64_t z = state += GOLDEN;
            z = (z ^ (z >> 33)) * 0x62A9D9ED799705F5;
            std::uint32_t half = static_cast<std::uint32_t>(((z ^ (z >> 28)) * 0xCB24D0A5C88C35B3) >> 32) >> 1;
            std::uint32_t rest = half % bound;
            if (static_cast<std::int32_t>(half + (bound - 1) - rest) >= 0) {
                return rest;
            }
        }
    }

  private:
    std::uint64_t state;
};

Key key_of(std::uint64_t number) {
    std::uint64_t words[] = {number, number * GOLDEN};
    Key key;
    std::memcpy(key.data(), words, sizeof words);
    return key;
}

Value the_value() {
    Random random(sizeof(Value));
    Value value;
    for (std::size_t at = 0; at < value.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = random.next();
        std::memcpy(value.data() + at, &word, std::min(sizeof word, value.size() - at));
    }
    return value;
}

struct Hash {
    std::size_t operator()(const Key &key) const {
        std::uint64_t words[2];
        std::memcpy(words, key.data(), sizeof words);
        return mix64(words[0] ^ mix64(words[1]));
    }
};

std::atomic<std::size_t> allocated_bytes;

/* Counts, and asks for huge pages as Wisp does: many systems give them to none that does not ask. */
template <typename T> struct Counting {
    using value_type = T;

    Counting() = default;
    template <typename U> Counting(const Counting<U> &) {}

    T *allocate(std::size_t count) {
        std::size_t bytes = count * sizeof(T);
        bool is_large = bytes >= HUGE_PAGE;
        std::size_t alignment = is_large ? HUGE_PAGE : std::max(alignof(T), alignof(std::max_align_t));
        void *memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
        if (memory == nullptr) {
            throw std::bad_alloc();
        }
        if (is_large) {
            madvise(memory, bytes, MADV_HUGEPAGE);
        }
        allocated_bytes += bytes;
        return static_cast<T *>(memory);
    }

    void deallocate(T *memory, std::size_t count) {
        allocated_bytes -= count * sizeof(T);
        std::free(memory);
    }

    template <typename U> bool operator==(const Counting<U> &) const { return true; }
    template <typename U> bool operator!=(const Counting<U> &) const { return false; }
};

using Table =
    libcuckoo::cuckoohash_map<Key, Value, Hash, std::equal_to<Key>, Counting<std::pair<const Key, Value>>>;

class Requests {
  public:
    Requests(const std::string &operation, std::uint64_t entries, std::uint64_t seed)
        : mixed(operation == "mixed"), puts(operation == "put"), entries(entries), random(seed) {
        if (!mixed && !puts && operation != "get") {
            throw std::invalid_argument("there is no operation " + operation);
        }
    }

    void advance() {
        put = mixed ? random.below(std::uint32_t{100}) < PUTS_OF_100 : puts;
        number = random.below(entries);
    }

    bool put = false;
    std::uint64_t number = 0;

  private:
    const bool mixed, puts;
    const std::uint64_t entries;
    Random random;
};

std::int64_t digest(std::uint64_t entries) {
    Requests requests("mixed", entries, 0);
    std::uint64_t digest = 0;
    for (int i = 0; i < BATCH; i++) {
        requests.advance();
        digest = 31 * digest + 2 * requests.number + (requests.put ? 1 : 0);
    }
    for (unsigned char each : key_of(requests.number)) {
        digest = 31 * digest + static_cast<std::uint64_t>(static_cast<signed char>(each));
    }
    for (unsigned char each : the_value()) {
        digest = 31 * digest + static_cast<std::uint64_t>(static_cast<signed char>(each));
    }
    return static_cast<std::int64_t>(digest);
}

void pin(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (pthread_setaffinity_np(pthread_self(), sizeof cores, &cores) != 0) {
        throw std::runtime_error("core " + std::to_string(core) + " is not to be had");
    }
}

struct Share {
    double operations = 0, seconds = 1, cpu_nanoseconds = 0;
};

double cpu_nanoseconds() {
    timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return 1e9 * spent.tv_sec + spent.tv_nsec;
}

/* What one thread does. */
Share ask(Table &table, Requests requests, std::chrono::milliseconds time) {
    Value value = the_value(), found;
    double cpu_before = cpu_nanoseconds();
    Clock::time_point start = Clock::now();
    Clock::duration elapsed{};
    for (std::int64_t operations = BATCH;; operations += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            requests.advance();
            Key key = key_of(requests.number);
            bool was_there = requests.put ? !table.insert_or_assign(key, value) : table.find(key, found);
            asm volatile("" : : "r"(&found) : "memory"); /* whoever asked reads it */
            if (!was_there) {
                throw std::runtime_error("key " + std::to_string(requests.number) + " was absent");
            }
        }
        elapsed = Clock::now() - start;
        if (elapsed >= time) {
            double seconds = std::chrono::duration<double>(elapsed).count();
            return {static_cast<double>(operations), seconds, cpu_nanoseconds() - cpu_before};
        }
    }
}

void measure(Table &table, std::uint64_t entries, const std::vector<int> &cores, std::istream &words) {
    std::string operation;
    unsigned together = 0, threads = 0;
    std::int64_t milliseconds = 0;
    std::uint64_t seed = 0;
    words >> operation >> together >> threads >> milliseconds >> seed;
    if (!words || together < 1 || threads < 1 || threads > cores.size()) {
        throw std::invalid_argument("measure OPERATION TOGETHER THREADS MILLISECONDS SEED");
    }
    std::vector<Share> shares(threads);
    std::vector<std::exception_ptr> failures(threads);
    std::vector<std::thread> askers;
    std::atomic<unsigned> ready{0};
    for (unsigned i = 0; i < threads; i++) {
        Requests requests(operation, entries, seed + i);
        askers.emplace_back([&, i, requests] {
            try {
                pin(cores[i]);
            } catch (...) {
                failures[i] = std::current_exception();
            }
            for (ready++; ready < threads;) {
                std::this_thread::yield();
            }
            try {
                if (!failures[i]) {
                    shares[i] = ask(table, requests, std::chrono::milliseconds(milliseconds));
                }
            } catch (...) {
                failures[i] = std::current_exception();
            }
        });
    }
    double rate = 0, operations = 0, cpu = 0;
    for (unsigned i = 0; i < threads; i++) {
        askers[i].join();
        rate += shares[i].operations / shares[i].seconds;
        operations += shares[i].operations;
        cpu += shares[i].cpu_nanoseconds;
    }
    for (const std::exception_ptr &failure : failures) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
    std::cout << std::fixed << "{\"operationsPerSecond\": " << rate
              << ", \"cpuNanosecondsPerOperation\": " << cpu / operations << "}" << std::endl;
}

/* One circle through all lines of some memory, in random order (Sattolo's algorithm): nothing can be loaded ahead. */
class Chain {
  public:
    void prepare(std::size_t bytes) {
        if (lines.size() * sizeof(Line) >= bytes) {
            return;
        }
        lines.resize((bytes + sizeof(Line) - 1) / sizeof(Line));
        std::vector<std::uint32_t> order(lines.size());
        std::iota(order.begin(), order.end(), 0);
        Random random(lines.size());
        for (std::size_t i = order.size() - 1; i > 0; i--) {
            std::swap(order[i], order[random.below(static_cast<std::uint64_t>(i))]);
        }
        for (std::size_t i = 0; i < order.size(); i++) {
            lines[order[i]].next = order[(i + 1) % order.size()];
        }
    }

    /* Nanoseconds a load. */
    double follow(std::chrono::milliseconds time) {
        Clock::time_point start = Clock::now();
        Clock::duration elapsed{};
        double loads = 0;
        do {
            for (int i = 0; i < BATCH; i++) {
                at = lines[at].next;
            }
            asm volatile("" : : "r"(at));
            loads += BATCH;
            elapsed = Clock::now() - start;
        } while (elapsed < time);
        return std::chrono::duration<double, std::nano>(elapsed).count() / loads;
    }

  private:
    struct alignas(64) Line {
        std::uint32_t next;
    };

    std::vector<Line, Counting<Line>> lines;
    std::uint32_t at = 0;
};

void chase(const std::vector<int> &cores, std::istream &words) {
    static Chain chain;
    std::size_t bytes = 0;
    std::int64_t milliseconds = 0;
    if (!(words >> bytes >> milliseconds) || bytes == 0) {
        throw std::invalid_argument("chase BYTES MILLISECONDS");
    }
    pin(cores[0]);
    chain.prepare(bytes);
    std::cout << std::fixed << "{\"nanosecondsPerLoad\": " << chain.follow(std::chrono::milliseconds(milliseconds)) << "}"
              << std::endl;
}

void answer(Table &table, std::uint64_t entries, const std::vector<int> &cores, std::istream &words) {
    std::string request;
    words >> request;
    if (request == "fill") {
        Value value = the_value();
        for (std::uint64_t number = 0; number < entries; number++) {
            table.insert_or_assign(key_of(number), value);
        }
        std::cout << "{\"memoryBytes\": " << allocated_bytes << ", \"digest\": " << digest(entries)
                  << ", \"runtime\": \"g++ " << __VERSION__ << "\"}" << std::endl;
    } else if (request == "measure") {
        measure(table, entries, cores, words);
    } else if (request == "chase") {
        chase(cores, words);
    } else {
        throw std::invalid_argument("no such request: " + request);
    }
}

void tell(const std::exception &failure) {
    std::cout << "{\"failed\": \"" << failure.what() << "\"}" << std::endl;
}

} // namespace

int main(int argc, char **argv) {
    std::uint64_t entries = argc == 3 ? std::strtoull(argv[1], nullptr, 10) : 0;
    std::vector<int> cores;
    std::istringstream listed(argc == 3 ? argv[2] : "");
    for (std::string core; std::getline(listed, core, ',');) {
        cores.push_back(std::atoi(core.c_str()));
    }
    if (entries == 0 || cores.empty()) {
        std::fprintf(stderr, "usage: table ENTRIES CORES\n");
        return 2;
    }
    try {
        Table table(entries);
        for (std::string line; std::getline(std::cin, line);) {
            std::istringstream words(line);
            try {
                answer(table, entries, cores, words);
            } catch (const std::exception &failure) {
                tell(failure);
            }
        }
    } catch (const std::exception &no_memory) {
        tell(no_memory);
    }
}
