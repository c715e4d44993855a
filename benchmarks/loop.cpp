// The yardstick: a hand-written event loop for queueing networks of lines, counted pools, delays and routes.
//
// It reads a table that `yardstick.py` writes from a network, simulates replications and prints CPU seconds of the
// event loop alone, with counts. It draws exactly the luck of the machine (sim/machine/SEMANTICS.md, sections 3 to 7),
// so its visit rows are those of the engines, byte for byte; and it has no piece that workloads W1 and W2 do not need.
//
//   loop TABLE [--seed 1] [--first 0] [--replications 1] [--warm 0] [--no-rows] [--dump FILE]
//
// What makes it fast: one 64-byte record per job alive; timers of 16 bytes compared as one 128-bit number (time, then
// kind and serial, so that ties are exact and cost nothing); timers of a later slice of time lie unsorted in lists, and
// only the few of the present slice stand in order, the next one last; timers that died in their list are dropped
// there; births are made one ahead, per stream, and merged by comparing times; births and timers share one jump.
// Measured against it and slower: a binary heap with fill-the-hole for all timers (0.85 on W1, 0.7 on W2), the same
// heap for the present slice only (0.85); no difference: -fno-plt, static linking, rows written past the cache,
// records of steps on cache lines of their own; slower: -O2, profile-guided compilation (0.8 on W2).

#include <sys/mman.h>
#include <time.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using u128 = unsigned __int128;

#define INLINE inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#ifndef SLICE
#define SLICE 4.0  // births per slice of time, about; 1 to 8 are alike
#endif
#ifndef SLICES
#define SLICES 2048
#endif

[[noreturn]] static void fail(const char *what) {
    std::fprintf(stderr, "loop: %s\n", what);
    std::exit(2);
}

// ---- luck (section 6) ----------------------------------------------------------------------------------------------

constexpr u64 G = 0x9E3779B97F4A7C15, C1 = 0xBF58476D1CE4E5B9, C2 = 0x94D049BB133111EB, C3 = 0xD6E8FEB86659FD93,
              C4 = 0xA0761D6478BD642F;
enum Purpose : u64 { SIZE = 0, PATIENCE = 1, CLAUSE = 6, DELAY = 7 };

static INLINE u64 mix(u64 z) {
    z = (z ^ (z >> 30)) * C1;
    z = (z ^ (z >> 27)) * C2;
    return z ^ (z >> 31);
}

// The 52 upper bits as the mantissa of a number in [1, 2): the same u as ((x >> 12) + 0.5) * 2^-52, exactly.
static INLINE double unit(u64 x) { return std::bit_cast<double>(0x3FF0000000000000 | (x >> 12)) - 1.0 + 0x1p-53; }

static INLINE double draw(u64 key, u64 name, u64 round, u64 purpose) {
    return unit(mix(mix(key + name) + (round * 256 + purpose) * G));
}

// Wichura (1988), algorithm AS 241, PPND16.
static INLINE double normal_quantile(double u) {
    double q = u - 0.5;
    if (LIKELY(std::fabs(q) <= 0.425)) {
        double r = 0.180625 - q * q;
        double top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
                          45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r +
                       133.14166789178437745) * r + 3.387132872796366608);
        double bottom = (((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
                             21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r +
                          42.313330701600911252) * r + 1.0);
        return q * top / bottom;
    }
    double r = q < 0.0 ? u : 1.0 - u, top, bottom;
    r = std::sqrt(-std::log(r));
    if (LIKELY(r <= 5.0)) {
        r -= 1.6;
        top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r +
                   1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r +
                4.6303378461565452959) * r + 1.42343711074968357734);
        bottom = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r +
                      0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r +
                   2.05319162663775882187) * r + 1.0);
    } else {
        r -= 5.0;
        top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r +
                   0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r +
                5.4637849111641143699) * r + 6.6579046435011037772);
        bottom = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
                       1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r +
                    0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0);
    }
    double x = top / bottom;
    return q < 0.0 ? -x : x;
}

// ---- table ---------------------------------------------------------------------------------------------------------

struct Law {
    enum Kind : u32 { NONE, EXPONENTIAL, LOGNORMAL } kind = NONE;
    double a = 0, b = 0;
    INLINE double at(double u) const {
        return kind == EXPONENTIAL ? -a * std::log1p(-u) : std::exp(a + b * normal_quantile(u));
    }
};

struct Clause {
    u64 hash;
    double probability;
    int to;     // -1: the job ends
    int table;  // timeline of the condition, or -1
    bool at_most, again;
    double number;
};

struct Ways {
    u32 begin = 0, end = 0;
};

struct Edge {
    u32 other;  // pool of a step's edge, step of a pool's edge
    u32 rank;
};

struct Step {
    u64 hash;
    bool work, first;  // first: some stream begins here
    Law law, patience;
    u32 edge_begin, edge_end;
    Ways done, abandoned;
};

struct Timeline {
    std::vector<double> times, values;
};

struct Stream {
    u64 hash;
    u32 to;
    double stop;
    std::vector<double> edges, reference, factor;
};

struct Pool {
    int servers;
    u32 edge_begin, edge_end;
};

struct Change {
    double time;
    int kind, pool, servers;
};

struct Table {
    u64 mark;
    double end, limit;
    std::vector<Stream> streams;
    std::vector<Step> steps;
    std::vector<Pool> pools;
    std::vector<Edge> step_edges, pool_edges;
    std::vector<Clause> clauses;
    std::vector<Timeline> timelines;
    std::vector<Change> changes;
};

class Reader {
    FILE *file;
    char word[256];

  public:
    explicit Reader(const char *path) : file(std::fopen(path, "r")) {
        if (!file) fail("cannot read the table");
    }
    ~Reader() { std::fclose(file); }
    const char *next() {
        if (std::fscanf(file, "%255s", word) != 1) fail("the table ends early");
        return word;
    }
    void expect(const char *name) {
        if (std::strcmp(next(), name) != 0) fail("the table is out of order");
    }
    double number() { return std::strtod(next(), nullptr); }
    long whole() { return std::strtol(next(), nullptr, 10); }
    u64 hash() { return std::strtoull(next(), nullptr, 16); }
    std::vector<double> numbers(long n) {
        std::vector<double> out(n);
        for (auto &x : out) x = number();
        return out;
    }
    Law law() {
        Law law;
        law.kind = static_cast<Law::Kind>(whole());
        law.a = number();
        law.b = number();
        return law;
    }
};

static Table read_table(const char *path) {
    Reader in(path);
    Table t;
    in.expect("network");
    t.mark = in.hash();
    t.end = in.number();
    t.limit = in.number();
    in.expect("timelines");
    for (long n = in.whole(); n > 0; n--) {
        long size = in.whole();
        auto times = in.numbers(size), values = in.numbers(size);
        t.timelines.push_back({times, values});
    }
    in.expect("pools");
    for (long n = in.whole(); n > 0; n--) t.pools.push_back({static_cast<int>(in.whole()), 0, 0});
    in.expect("changes");
    for (long n = in.whole(); n > 0; n--) {
        Change c;
        c.time = in.number();
        c.kind = in.whole();
        c.pool = in.whole();
        c.servers = in.whole();
        t.changes.push_back(c);
    }
    in.expect("steps");
    std::vector<std::vector<Edge>> by_pool(t.pools.size());
    for (long n = in.whole(), i = 0; i < n; i++) {
        Step s{};
        s.hash = in.hash();
        s.work = in.whole();
        s.law = in.law();
        s.patience = in.law();
        s.edge_begin = t.step_edges.size();
        for (long edges = in.whole(); edges > 0; edges--) {  // sorted by rank
            u32 pool = in.whole(), rank = in.whole();
            t.step_edges.push_back({pool, rank});
            by_pool[pool].push_back({static_cast<u32>(i), rank});
        }
        s.edge_end = t.step_edges.size();
        for (Ways *w : {&s.done, &s.abandoned}) {
            w->begin = t.clauses.size();
            for (long m = in.whole(); m > 0; m--) {
                Clause c;
                c.hash = in.hash();
                c.probability = in.number();
                c.to = in.whole();
                c.again = in.whole();
                c.table = in.whole();
                c.at_most = in.whole();
                c.number = in.number();
                t.clauses.push_back(c);
            }
            w->end = t.clauses.size();
        }
        t.steps.push_back(s);
    }
    for (size_t p = 0; p < t.pools.size(); p++) {
        t.pools[p].edge_begin = t.pool_edges.size();
        auto &edges = by_pool[p];
        for (size_t i = 1; i < edges.size(); i++)  // by rank; no two are equal
            for (size_t j = i; j > 0 && edges[j].rank < edges[j - 1].rank; j--) std::swap(edges[j], edges[j - 1]);
        t.pool_edges.insert(t.pool_edges.end(), edges.begin(), edges.end());
        t.pools[p].edge_end = t.pool_edges.size();
    }
    in.expect("streams");
    for (long n = in.whole(); n > 0; n--) {
        Stream s;
        s.hash = in.hash();
        s.to = in.whole();
        s.stop = in.number();
        long pieces = in.whole();
        s.edges = in.numbers(pieces + 1);
        s.reference = in.numbers(pieces);
        s.factor = in.numbers(pieces);
        t.steps[s.to].first = true;
        t.streams.push_back(s);
    }
    return t;
}

// ---- births (6.4, the band [0, 1)) ---------------------------------------------------------------------------------

struct Births {
    const Stream *stream;
    const double *edges, *reference, *factor;
    u64 key, cell_key, n;
    double t, right, density, cell_end, stop;
    long cell, cells;
    u32 piece, first, last;
    u64 next_key;
    u64 next;  // time of the next birth as bits; all ones: none
    u64 mark;

    void begin(const Stream &s, u64 base, u64 mark_hash) {
        stream = &s;
        mark = mark_hash;
        edges = s.edges.data();
        reference = s.reference.data();
        factor = s.factor.data();
        key = mix(base ^ s.hash);
        stop = s.stop;
        cells = static_cast<long>(std::ceil(stop / 60.0));
        first = 0;
        cell = -1;
        cell_end = 0.0;
        t = 0.0;
        if (!next_cell()) return;
        advance();
    }

    void enter_piece() {
        right = piece < last ? edges[piece + 1] : cell_end;
        density = reference[piece];
    }

    bool next_cell() {
        do {
            if (++cell >= cells) {
                next = ~0ull;
                return false;
            }
            double start = cell * 60.0;
            cell_end = (cell + 1) * 60.0;
            while (edges[first + 1] <= start) first++;
            last = first;
            while (edges[last + 1] < cell_end) last++;
            double top = factor[first];
            for (u32 i = first + 1; i <= last; i++) top = factor[i] > top ? factor[i] : top;
            t = start;
            if (top > 0.0) break;
        } while (true);
        cell_key = mix(key + (cell + 1) * C2 + C3);
        n = 0;
        piece = first;
        enter_piece();
        return true;
    }

    INLINE void advance() {
        for (;;) {
            n++;
            u64 birth = mix(cell_key + n * C4);
            double need = -std::log1p(-unit(birth));
            double room;
            while (UNLIKELY(!(need < (room = (right - t) * density)))) {
                need -= room;
                t = right;
                if (piece == last) goto over;
                piece++;
                enter_piece();
            }
            t += need / density;
            if (UNLIKELY(t >= cell_end)) goto over;
            {
                double f = factor[piece];
                if (LIKELY(t < stop && (f >= 1.0 || (f > 0.0 && draw(birth, mark, 0, 0) < f)))) {
                    next_key = birth;
                    next = std::bit_cast<u64>(t);
                    return;
                }
            }
            continue;
        over:
            if (!next_cell()) return;
        }
    }
};

// ---- timers --------------------------------------------------------------------------------------------------------

enum Kind : u64 { CLOSING = 0, OPENING = 1, COMPLETION = 2, PATIENCE_END = 4, ENTRY = 6, BIRTH = 7, STOP = 7 };
constexpr int SLOT_BITS = 24, KIND_SHIFT = 61;
constexpr u64 SLOT_MASK = (1ull << SLOT_BITS) - 1;
constexpr u64 NEXT_SLICE = 0, CHANGE = 1;  // what a timer of kind 0 or 1 is
using Timer = u128;                        // time | kind | serial | slot

static INLINE Timer timer(double t, u64 what) { return static_cast<u128>(std::bit_cast<u64>(t)) << 64 | what; }
static INLINE u64 time_bits(Timer x) { return static_cast<u64>(x >> 64); }
static INLINE double time_of(Timer x) { return std::bit_cast<double>(time_bits(x)); }

struct Job {  // one cache line
    u64 key;
    u64 live;  // the patience timer that still counts
    double entered, started;
    u32 next, prev;  // in line
    u32 number;
    u16 step;
    int16_t pool;
    u8 round, where;
    u8 pad[14];
};
static_assert(sizeof(Job) == 64);
enum Where : u8 { FREE, IN_DELAY, IN_LINE, IN_SERVICE };

struct Row {  // records.VISIT
    double entered, started, left, released;
    u32 job;
    int32_t server;
    u16 step;
    int16_t pool;
    u8 exit, round, flags, spell;
};
static_assert(sizeof(Row) == 48);
enum Exit : u8 { OPEN = 0, DONE = 1, ABANDONED = 2 };
constexpr u8 FIRST = 1, COUNTED = 8;

struct Counts {
    u64 births = 0, contacts = 0, to_agents = 0, waited = 0, abandoned = 0;
    double wait = 0;
};

// Memory that grows without being copied, in large pages where the system has them.
template <class T>
class Area {
    size_t bytes = 0;

  public:
    T *data = nullptr;
    size_t capacity = 0;
    void grow(size_t n) {
        size_t want = (n * sizeof(T) + (2u << 20) - 1) & ~((size_t(2) << 20) - 1);
        void *p = data ? mremap(data, bytes, want, MREMAP_MAYMOVE)
                       : mmap(nullptr, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) fail("no memory left");
        madvise(p, want, MADV_HUGEPAGE);
        data = static_cast<T *>(p);
        bytes = want;
        capacity = want / sizeof(T);
    }
};

struct List {
    Timer *data;
    u32 size, capacity;
};

static INLINE void append(List &l, Timer x) {
    if (UNLIKELY(l.size == l.capacity)) {
        l.capacity = l.capacity ? l.capacity * 2 : 32;
        l.data = static_cast<Timer *>(std::realloc(static_cast<void *>(l.data), l.capacity * sizeof(Timer)));
        if (!l.data) fail("no memory left");
    }
    l.data[l.size++] = x;
}

// ---- the loop ------------------------------------------------------------------------------------------------------

template <bool ROWS>
class Run {
    const Table &t;
    std::vector<Births> births;
    struct Line {
        u32 head, tail;
    };
    std::vector<Line> lines;
    struct Heads {
        int free;  // servers less busy
        u32 edge_begin, edge_end;
    };
    std::vector<Heads> pools;
    std::vector<int> servers;
    std::vector<size_t> cursor;
    Area<Job> jobs;
    std::vector<u32> free_slots;
    u32 used = 0, alive = 0, waiting = 0;
    u64 serial = 0;
    u32 number = 0;
    size_t change = 0;
    Counts c;
    double now = 0;

    // timers: in order for the present slice, lists for later slices of this round of the wheel, lists for later rounds
    Timer *present;
    u32 in_slice = 0, room_in_slice = 0;
    double per_minute, width;
    u64 slice = 0;
    std::vector<List> wheel, far;
    u64 round_now = 0;

  public:
    Area<Row> rows;
    size_t n_rows = 0;

    explicit Run(const Table &table) : t(table) {
        double births_per_minute = 0;
        for (auto &s : t.streams)
            for (size_t i = 0; i < s.reference.size(); i++)
                births_per_minute += s.reference[i] * s.factor[i] * (s.edges[i + 1] - s.edges[i]) / t.end;
        width = std::exp2(std::round(std::log2(SLICE / births_per_minute)));  // a power of two: slices are exact
        per_minute = 1.0 / width;
        wheel.resize(SLICES);
        far.resize(static_cast<size_t>(t.limit * per_minute / SLICES) + 2);
        jobs.grow(1 << 15);
        if (ROWS) rows.grow(1 << 16);
        room_in_slice = 1 << 12;
        present = static_cast<Timer *>(std::aligned_alloc(64, (room_in_slice + 8) * sizeof(Timer)));
    }

    Counts run(u64 seed, u64 replication);

  private:
    // -- timers --
    void grow_slice() {
        room_in_slice *= 2;
        auto *bigger = static_cast<Timer *>(std::aligned_alloc(64, (room_in_slice + 8) * sizeof(Timer)));
        if (!bigger) fail("no memory left");
        std::memcpy(static_cast<void *>(bigger), present, in_slice * sizeof(Timer));
        std::free(present);
        present = bigger;
    }

    // Into the present slice: its timers stand in order, the earliest last.
    INLINE void insert(Timer x) {
        if (UNLIKELY(in_slice == room_in_slice)) grow_slice();
        Timer *p = present + in_slice++;
        while (p > present && p[-1] < x) {
            *p = p[-1];
            p--;
        }
        *p = x;
    }

    INLINE void set(double time, u64 what) {
        Timer x = timer(time, what);
        u64 s = static_cast<u64>(time * per_minute);
        if (s == slice)
            insert(x);
        else if (LIKELY(s < (round_now + 1) * SLICES))
            append(wheel[s % SLICES], x);
        else
            append(far[std::min<u64>(s / SLICES, far.size() - 1)], x);
    }

    INLINE u64 new_timer(double time, Kind kind, u32 slot) {
        u64 what = static_cast<u64>(kind) << KIND_SHIFT | ++serial << SLOT_BITS | slot;
        set(time, what);
        return what;
    }

    INLINE bool dead(Timer x) const {
        u64 what = static_cast<u64>(x);
        return what >> KIND_SHIFT == PATIENCE_END && jobs.data[what & SLOT_MASK].live != what;
    }

    // The present slice is over: the timers of the next one that are still alive are put in order.
    void next_slice() {
        slice++;
        if (UNLIKELY(slice % SLICES == 0)) {
            round_now++;
            List &l = far[round_now];
            for (u32 i = 0; i < l.size; i++)
                append(wheel[static_cast<u64>(time_of(l.data[i]) * per_minute) % SLICES], l.data[i]);
            std::free(l.data);
            l = {};
        }
        present[0] = timer(static_cast<double>(slice + 1) * width, NEXT_SLICE);
        in_slice = 1;
        List &l = wheel[slice % SLICES];
        for (u32 i = 0; i < l.size; i++)
            if (!dead(l.data[i])) {
                __builtin_prefetch(&jobs.data[static_cast<u64>(l.data[i]) & SLOT_MASK], 1);
                insert(l.data[i]);
            }
        l.size = 0;
        const List &after = wheel[(slice + 1) % SLICES];
        __builtin_prefetch(after.data);
    }

    // -- jobs --
    INLINE u32 new_slot() {
        alive++;
        if (!free_slots.empty()) {
            u32 s = free_slots.back();
            free_slots.pop_back();
            return s;
        }
        if (UNLIKELY(used == jobs.capacity)) {
            if (used > SLOT_MASK / 2) fail("too many jobs at once");
            jobs.grow(2 * jobs.capacity);
        }
        return used++;
    }

    INLINE void end_job(u32 slot) {
        jobs.data[slot].where = FREE;
        free_slots.push_back(slot);
        alive--;
    }

    INLINE void write_row(const Job &j, double left, double released, Exit exit) {
        if (!ROWS) return;
        if (UNLIKELY(n_rows == rows.capacity)) rows.grow(2 * rows.capacity);
        u8 flags = FIRST | (j.entered < t.end ? COUNTED : 0);
        rows.data[n_rows++] = {j.entered, j.started, left, released, j.number, -1, j.step, j.pool, exit, j.round,
                               flags,     0};
    }

    INLINE void start(u32 slot, u32 pool) {
        Job &j = jobs.data[slot];
        pools[pool].free--;
        j.where = IN_SERVICE;
        j.started = now;
        j.pool = static_cast<int16_t>(pool);
        const Step &s = t.steps[j.step];
        new_timer(now + s.law.at(draw(j.key, s.hash, j.round, SIZE)), COMPLETION, slot);
    }

    INLINE void take_from_line(Job &j) {
        Line &l = lines[j.step];
        (j.prev == ~0u ? l.head : jobs.data[j.prev].next) = j.next;
        (j.next == ~0u ? l.tail : jobs.data[j.next].prev) = j.prev;
        waiting--;
        j.live = 0;
    }

    // Whoever waits first in the best line this pool serves (4.3).
    INLINE void offer(u32 pool) {
        Heads &p = pools[pool];
        while (waiting && p.free > 0) {
            u32 e = p.edge_begin;
            while (e < p.edge_end && lines[t.pool_edges[e].other].head == ~0u) e++;
            if (e == p.edge_end) return;
            start_waiting(lines[t.pool_edges[e].other].head, pool);
        }
    }

    INLINE void start_waiting(u32 slot, u32 pool) {
        Job &j = jobs.data[slot];
        take_from_line(j);
        c.waited += now > j.entered;
        c.wait += now - j.entered;
        start(slot, pool);
    }

    // Several pools at once: rank first, then pools in table order (4.3).
    void offer_all(const std::vector<u32> &touched) {
        while (waiting) {
            u32 best_rank = ~0u, best_pool = 0, best_line = 0;
            for (u32 pool : touched) {
                Heads &p = pools[pool];
                if (p.free <= 0) continue;
                for (u32 e = p.edge_begin; e < p.edge_end && t.pool_edges[e].rank < best_rank; e++)
                    if (lines[t.pool_edges[e].other].head != ~0u) {
                        best_rank = t.pool_edges[e].rank;
                        best_pool = pool;
                        best_line = t.pool_edges[e].other;
                        break;
                    }
            }
            if (best_rank == ~0u) return;
            start_waiting(lines[best_line].head, best_pool);
        }
    }

    INLINE void enter(u32 slot, u32 step) {
        Job &j = jobs.data[slot];
        const Step &s = t.steps[step];
        j.step = static_cast<u16>(step);
        j.entered = now;
        c.contacts += s.first;
        if (!s.work) {
            j.where = IN_DELAY;
            new_timer(now + s.law.at(draw(j.key, s.hash, j.round, DELAY)), ENTRY, slot);
            return;
        }
        c.to_agents++;
        for (u32 e = s.edge_begin; e < s.edge_end; e++)
            if (pools[t.step_edges[e].other].free > 0) {
                start(slot, t.step_edges[e].other);
                return;
            }
        Line &l = lines[step];
        j.where = IN_LINE;
        j.started = NAN;
        j.pool = -1;
        j.next = ~0u;
        j.prev = l.tail;
        (l.tail == ~0u ? l.head : jobs.data[l.tail].next) = slot;
        l.tail = slot;
        waiting++;
        if (s.patience.kind)
            j.live = new_timer(now + s.patience.at(draw(j.key, s.hash, j.round, PATIENCE)), PATIENCE_END, slot);
    }

    INLINE bool holds(const Clause &k) {
        const Timeline &line = t.timelines[k.table];
        size_t &i = cursor[k.table];
        while (i + 1 < line.times.size() && line.times[i + 1] <= now) i++;
        return k.at_most ? line.values[i] <= k.number : line.values[i] >= k.number;
    }

    // Clauses in order; no match: the job ends (2.9).
    INLINE void route(u32 slot, Ways w) {
        Job &j = jobs.data[slot];
        for (u32 i = w.begin; i < w.end; i++) {
            const Clause &k = t.clauses[i];
            if (k.table >= 0 && !holds(k)) continue;
            if (k.probability != 1.0 && !(draw(j.key, k.hash, j.round, CLAUSE) < k.probability)) continue;
            if (k.again && ++j.round == 0) fail("a job is in its 256th round");
            if (k.to < 0) break;
            enter(slot, k.to);
            return;
        }
        end_job(slot);
    }

    void plan() {
        if (change < t.changes.size())
            set(t.changes[change].time, static_cast<u64>(t.changes[change].kind) << KIND_SHIFT | CHANGE);
    }

    void planned() {
        std::vector<u32> touched;
        double time = t.changes[change].time;
        int kind = t.changes[change].kind;
        for (; change < t.changes.size() && t.changes[change].time == time && t.changes[change].kind == kind; change++) {
            u32 p = t.changes[change].pool;
            pools[p].free += t.changes[change].servers - servers[p];
            servers[p] = t.changes[change].servers;
            touched.push_back(p);
        }
        if (kind == OPENING) offer_all(touched);
        plan();
    }
};

template <bool ROWS>
Counts Run<ROWS>::run(u64 seed, u64 replication) {
    // prepare
    u64 base = mix(mix(seed * G + 1) + replication * C1);
    births.assign(t.streams.size(), {});
    for (size_t i = 0; i < births.size(); i++) births[i].begin(t.streams[i], base, t.mark);
    lines.assign(t.steps.size(), {~0u, ~0u});
    pools.clear();
    servers.clear();
    for (auto &p : t.pools) {
        pools.push_back({p.servers, p.edge_begin, p.edge_end});
        servers.push_back(p.servers);
    }
    cursor.assign(t.timelines.size(), 0);
    for (auto &l : wheel) l.size = 0;
    for (auto &l : far) l.size = 0;
    free_slots.clear();
    used = alive = waiting = number = in_slice = 0;
    serial = 0;
    change = n_rows = 0;
    slice = round_now = 0;
    now = 0;
    c = {};
    present[in_slice++] = timer(width, NEXT_SLICE);
    plan();
    set(t.limit, static_cast<u64>(STOP) << KIND_SHIFT | SLOT_MASK);

    // loop
    const u32 n_births = births.size();
    std::vector<u64> nexts(n_births);
    for (u32 i = 0; i < n_births; i++) nexts[i] = births[i].next;
    u64 *const birth_times = nexts.data();
    u32 stream = 0;
    u64 next_birth = ~0ull;
    auto first_birth = [&] {
        next_birth = birth_times[0];
        stream = 0;
        for (u32 i = 1; i < n_births; i++) {
            bool earlier = birth_times[i] < next_birth;
            next_birth = earlier ? birth_times[i] : next_birth;
            stream = earlier ? i : stream;
        }
    };
    first_birth();
    for (;;) {
        Timer top = present[in_slice - 1];
        u64 what = static_cast<u64>(top);
        bool birth = next_birth < time_bits(top);
        in_slice -= !birth;
        u32 slot = what & SLOT_MASK;
        // one jump for births and timers: which comes next cannot be foretold, and is paid for once
        switch (birth ? BIRTH : what >> KIND_SHIFT) {
        case BIRTH: {
            if (UNLIKELY(!birth)) goto over;  // the limit
            now = std::bit_cast<double>(next_birth);
            Births &b = births[stream];
            slot = new_slot();
            Job &j = jobs.data[slot];
            j.key = b.next_key;
            j.live = 0;
            j.number = number++;
            j.round = 0;
            u32 to = b.stream->to;
            b.advance();
            birth_times[stream] = b.next;
            first_birth();
            enter(slot, to);
            continue;
        }
        case COMPLETION: {
            now = time_of(top);
            Job &j = jobs.data[slot];
            write_row(j, now, now, DONE);
            pools[j.pool].free++;
            Ways w = t.steps[j.step].done;
            offer(j.pool);
            route(slot, w);
            break;
        }
        case PATIENCE_END: {
            Job &j = jobs.data[slot];
            if (j.live != what) break;
            now = time_of(top);
            take_from_line(j);
            c.abandoned++;
            c.waited++;
            c.wait += now - j.entered;
            write_row(j, now, NAN, ABANDONED);
            route(slot, t.steps[j.step].abandoned);
            break;
        }
        case ENTRY:
            now = time_of(top);
            route(slot, t.steps[jobs.data[slot].step].done);
            break;
        default:
            if (slot == CHANGE) {
                now = time_of(top);
                planned();
            } else {
                if (alive == 0 && next_birth == ~0ull) goto over;
                next_slice();
            }
        }
    }
over:
    if (alive)  // the limit: what is still open
        for (u32 s = 0; s < used; s++)
            if (jobs.data[s].where >= IN_LINE) write_row(jobs.data[s], NAN, NAN, OPEN);
    c.births = number;
    return c;
}

// ---- command -------------------------------------------------------------------------------------------------------

static double cpu() {
    timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return ts.tv_sec + 1e-9 * ts.tv_nsec;
}

// Peak memory of this program (getrusage would also know that of the process that started it).
static double peak_mb() {
    FILE *file = std::fopen("/proc/self/status", "r");
    char line[256];
    double kb = NAN;
    while (file && std::fgets(line, sizeof line, file))
        if (std::sscanf(line, "VmHWM: %lf", &kb) == 1) break;
    if (file) std::fclose(file);
    return kb / 1024.0;
}

template <bool ROWS>
static void measure(const Table &table, u64 seed, long first, long replications, long warm, const char *dump) {
    Run<ROWS> run(table);
    FILE *out = dump ? std::fopen(dump, "wb") : nullptr;
    if (dump && !out) fail("cannot write the rows");
    for (long r = -warm; r < replications; r++) {
        double begin = cpu();
        Counts c = run.run(seed, r < 0 ? first : first + r);
        double seconds = cpu() - begin;
        if (r < 0) continue;
        std::printf("{\"replication\": %ld, \"seconds\": %.9f, \"births\": %llu, \"contacts\": %llu, "
                    "\"to_agents\": %llu, \"waited\": %llu, \"abandoned\": %llu, \"wait\": %.17g, \"rows\": %zu, "
                    "\"peak_mb\": %.2f}\n",
                    first + r, seconds, (unsigned long long)c.births, (unsigned long long)c.contacts,
                    (unsigned long long)c.to_agents, (unsigned long long)c.waited, (unsigned long long)c.abandoned,
                    c.wait, run.n_rows, peak_mb());
        if (out && std::fwrite(run.rows.data, sizeof(Row), run.n_rows, out) != run.n_rows) fail("cannot write the rows");
    }
    if (out) std::fclose(out);
}

int main(int argc, char **argv) {
    if (argc < 2) fail("usage: loop TABLE [--seed N] [--first N] [--replications N] [--warm N] [--no-rows] [--dump FILE]");
    u64 seed = 1;
    long first = 0, replications = 1, warm = 0;
    bool rows = true;
    const char *dump = nullptr;
    for (int i = 2; i < argc; i++) {
        std::string a = argv[i];
        if (a == "--no-rows") {
            rows = false;
            continue;
        }
        if (i + 1 >= argc) fail("an option has no value");
        const char *v = argv[++i];
        if (a == "--seed") seed = std::strtoull(v, nullptr, 10);
        else if (a == "--first") first = std::atol(v);
        else if (a == "--replications") replications = std::atol(v);
        else if (a == "--warm") warm = std::atol(v);
        else if (a == "--dump") dump = v;
        else fail("unknown option");
    }
    Table table = read_table(argv[1]);
    if (rows) measure<true>(table, seed, first, replications, warm, dump);
    else measure<false>(table, seed, first, replications, warm, nullptr);
}
