/*
 * Traffic for the benchmark: one small program, the same for every network under test, so that what it costs itself costs all alike.
 * In C because it shares two processors with what it measures: batches of datagrams a system call, no warm-up, no collector.
 *
 *   traffic echo PORT                                 UDP: sends every datagram back
 *   traffic rtt ADDRESS PORT COUNT GAP_MICROS         UDP: asks and waits for the answer, COUNT times
 *   traffic sink PORT SKIP_MILLIS COUNT_MILLIS        UDP: counts what arrives, from SKIP_MILLIS after the first on
 *   traffic flood ADDRESS PORT MILLIS FLOWS SIZE,...  UDP: sends as fast as it may, FLOWS source ports in turn
 *   traffic serve PORT THREADS ID                     TCP: reads a request, sends it back with ID as first byte, closes
 *   traffic connect ADDRESS,... PORT MILLIS THREADS   TCP: connects, asks, reads the answer to its end, closes; again and again
 *   traffic switch ADDRESS PORT GAP_MICROS            TCP: connects, asks, closes, again and again; says when the ID changes
 *
 * Results are one line of JSON. Servers say "ready", and end when their standard input does, so that they never outlive who began them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MAX_DATAGRAM 2048
#define MAX_FLOWS 1024
#define MAX_SIZES 64
#define MAX_ADDRESSES 64
#define MAX_THREADS 64
#define MAX_SAMPLES (1 << 20)
#define REQUEST_BYTES 64
#define SOCKET_BUFFER_BYTES (8 << 20)

static void fail(const char *what) {
    fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_micros(long micros) {
    struct timespec t = {micros / 1000000, micros % 1000000 * 1000};
    nanosleep(&t, NULL);
}

static struct sockaddr_in address(const char *host, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
        errno = EINVAL;
        fail(host);
    }
    return a;
}

static int open_socket(int type) {
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    return fd;
}

static int bound(int type, int port) {
    int fd = open_socket(type), on = 1, bytes = SOCKET_BUFFER_BYTES;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    if (bind(fd, (struct sockaddr *)&any, sizeof any)) fail("bind");
    return fd;
}

static int connected_udp(struct sockaddr_in to) {
    int fd = open_socket(SOCK_DGRAM);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    return fd;
}

static void answer_within(int fd, long micros) {
    struct timeval t = {micros / 1000000, micros % 1000000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

static void *end_with_input(void *unused) {
    char c;
    while (read(0, &c, 1) > 0) {
    }
    _exit(0);
    return unused;
}

static void ready_server(void) {
    pthread_t t;
    puts("ready");
    fflush(stdout);
    pthread_create(&t, NULL, end_with_input, NULL);
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* "name50":…,"name99":… in nanoseconds; the samples get sorted. */
static void print_percentiles(const char *name, uint32_t *samples, size_t n) {
    qsort(samples, n, sizeof *samples, by_size);
    printf("\"%sP50Nanos\":%u,\"%sP99Nanos\":%u", name, n ? samples[n / 2] : 0, name, n ? samples[n - 1 - n / 100] : 0);
}

static uint32_t clipped(int64_t nanos) { return nanos > UINT32_MAX ? UINT32_MAX : (uint32_t)nanos; }

static _Noreturn void echo(int port) {
    int fd = bound(SOCK_DGRAM, port);
    unsigned char buffer[MAX_DATAGRAM];
    ready_server();
    for (;;) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
        if (n <= 0) continue;
        sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, length);
    }
}

static int rtt(struct sockaddr_in to, long count, long gap_micros) {
    const long warm_up = gap_micros ? 20 : 1000;
    uint32_t *samples = malloc(sizeof *samples * (size_t)count);
    unsigned char request[REQUEST_BYTES] = {0}, answer[MAX_DATAGRAM];
    long lost = 0, n = 0;
    int fd = connected_udp(to);
    answer_within(fd, 1000000);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    for (long i = -warm_up; i < count && lost < 20; i++) {
        uint64_t sequence = (uint64_t)i;
        memcpy(request + 8, &sequence, sizeof sequence);
        int64_t start = now_nanos();
        ssize_t got = send(fd, request, sizeof request, 0) < 0 ? -1 : recv(fd, answer, sizeof answer, 0);
        while (got == REQUEST_BYTES && memcmp(answer + 8, &sequence, sizeof sequence) != 0)
            got = recv(fd, answer, sizeof answer, 0); /* a late answer to an earlier request */
        int64_t took = now_nanos() - start;
        if (got != REQUEST_BYTES) {
            lost++;
        } else if (i >= 0) {
            samples[n++] = clipped(took);
        }
        if (gap_micros) sleep_micros(gap_micros);
    }
    printf("{\"count\":%ld,\"lost\":%ld,", n, lost);
    print_percentiles("rtt", samples, (size_t)n);
    puts("}");
    return 0;
}

static int sink(int port, int64_t skip_millis, int64_t count_millis) {
    static unsigned char buffers[BATCH][MAX_DATAGRAM];
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    int fd = bound(SOCK_DGRAM, port);
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){buffers[i], MAX_DATAGRAM};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    answer_within(fd, 200000);
    puts("ready");
    fflush(stdout);
    int64_t opened = now_nanos(), begin = 0, end = 0, packets = 0, bytes = 0;
    for (;;) {
        int n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
        int64_t now = now_nanos();
        if (n > 0 && begin == 0) {
            begin = now + skip_millis * 1000000;
            end = begin + count_millis * 1000000;
        }
        if (begin ? now >= end : now - opened > 5000000000LL) break;
        if (begin == 0 || now < begin) continue;
        for (int i = 0; i < n; i++) {
            packets++;
            bytes += messages[i].msg_len;
        }
    }
    printf("{\"packets\":%lld,\"bytes\":%lld,\"millis\":%lld}\n", (long long)packets, (long long)bytes, (long long)count_millis);
    return 0;
}

static int parse_numbers(char *text, int *numbers, int most) {
    int n = 0;
    for (char *word = strtok(text, ","); word && n < most; word = strtok(NULL, ",")) numbers[n++] = atoi(word);
    return n;
}

static int flood(struct sockaddr_in to, int64_t millis, int flows, int *sizes, int size_count) {
    static unsigned char payload[MAX_DATAGRAM];
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    int fds[MAX_FLOWS];
    uint64_t sent = 0, turn = 0;
    uint32_t dice = 1;
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < flows; i++) fds[i] = connected_udp(to);
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){payload, (size_t)sizes[0]};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int64_t end = now_nanos() + millis * 1000000;
    while (now_nanos() < end) {
        if (flows == 1 && size_count == 1) {
            int n = sendmmsg(fds[0], messages, BATCH, 0);
            if (n > 0) sent += (uint64_t)n;
            continue;
        }
        for (int i = 0; i < BATCH; i++, turn++) {
            dice = dice * 1664525 + 1013904223; /* always the same sizes, and no flow with a size of its own */
            if (send(fds[turn % (uint64_t)flows], payload, (size_t)sizes[(dice >> 16) % (uint32_t)size_count], 0) >= 0) sent++;
        }
    }
    printf("{\"sent\":%llu,\"millis\":%lld}\n", (unsigned long long)sent, (long long)millis);
    return 0;
}

struct listener {
    int fd;
    char id;
};

static void *serve_connections(void *argument) {
    struct listener *listener = argument;
    char buffer[REQUEST_BYTES];
    for (;;) {
        int connection = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) continue;
        answer_within(connection, 5000000);
        if (recv(connection, buffer, sizeof buffer, MSG_WAITALL) == REQUEST_BYTES) {
            buffer[0] = listener->id;
            send(connection, buffer, sizeof buffer, MSG_NOSIGNAL);
        }
        close(connection); /* first, so that the client's port is free again */
    }
    return NULL;
}

static void set_kernel(const char *path, const char *value) {
    FILE *file = fopen(path, "we");
    if (!file || fputs(value, file) < 0 || fclose(file)) fail(path);
}

/*
 * Whoever closes first waits in TIME_WAIT for a minute, and a server's kernel that does so takes some SYNs from the same port,
 * behind a translator, for the old connection's: the client asks again a second later. With thousands of connections a second
 * that is what would be measured. So this namespace's kernel does not wait. (From 61 s on it keeps FIN_WAIT_2 apart from TIME_WAIT.)
 */
static void never_wait_after_closing(void) {
    set_kernel("/proc/sys/net/ipv4/tcp_fin_timeout", "61");
    set_kernel("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0");
}

static int serve(int port, int threads, int id) {
    static struct listener listener;
    pthread_t t;
    never_wait_after_closing();
    listener = (struct listener){bound(SOCK_STREAM, port), (char)id};
    if (listen(listener.fd, 4096)) fail("listen");
    for (int i = 1; i < threads; i++) pthread_create(&t, NULL, serve_connections, &listener);
    ready_server();
    serve_connections(&listener);
    return 0;
}

struct client {
    pthread_t thread;
    struct sockaddr_in *targets;
    int target_count, first;
    int64_t end;
    uint32_t *samples;
    size_t sample_count;
    long done, failed;
};

/* The ID that was answered; less than nothing if it did not work. */
static int one_connection(struct sockaddr_in *to, int64_t *connect_nanos) {
    unsigned char buffer[REQUEST_BYTES] = {0};
    int fd = open_socket(SOCK_STREAM), ok = 0;
    struct timeval patience = {1, 0};
    answer_within(fd, 1000000);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int64_t start = now_nanos();
    if (connect(fd, (struct sockaddr *)to, sizeof *to) == 0) {
        *connect_nanos = now_nanos() - start;
        ok = send(fd, buffer, sizeof buffer, MSG_NOSIGNAL) == REQUEST_BYTES &&
             recv(fd, buffer, sizeof buffer, MSG_WAITALL) == REQUEST_BYTES && recv(fd, buffer + 1, 1, 0) == 0;
    }
    close(fd);
    return ok ? buffer[0] : -1;
}

static void *connect_again_and_again(void *argument) {
    struct client *c = argument;
    for (int i = c->first; now_nanos() < c->end && c->failed < 100; i++) {
        int64_t nanos = 0;
        if (one_connection(&c->targets[i % c->target_count], &nanos) < 0) {
            c->failed++;
            continue;
        }
        c->done++;
        if (c->sample_count < MAX_SAMPLES) c->samples[c->sample_count++] = clipped(nanos);
    }
    return NULL;
}

static int connect_to(char *hosts, int port, int64_t millis, int threads) {
    static struct client clients[MAX_THREADS];
    struct sockaddr_in targets[MAX_ADDRESSES];
    int n = 0;
    for (char *host = strtok(hosts, ","); host && n < MAX_ADDRESSES; host = strtok(NULL, ",")) targets[n++] = address(host, port);
    int64_t start = now_nanos();
    for (int i = 0; i < threads; i++) {
        clients[i] = (struct client){.targets = targets, .target_count = n, .first = i, .end = start + millis * 1000000};
        clients[i].samples = malloc(sizeof(uint32_t) * MAX_SAMPLES);
        pthread_create(&clients[i].thread, NULL, connect_again_and_again, &clients[i]);
    }
    uint32_t *all = malloc(sizeof(uint32_t) * MAX_SAMPLES * (size_t)threads);
    size_t count = 0;
    long done = 0, failed = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(clients[i].thread, NULL);
        memcpy(all + count, clients[i].samples, clients[i].sample_count * sizeof(uint32_t));
        count += clients[i].sample_count;
        done += clients[i].done;
        failed += clients[i].failed;
    }
    double seconds = (double)(now_nanos() - start) / 1e9;
    printf("{\"connections\":%ld,\"failed\":%ld,\"seconds\":%.6f,", done, failed, seconds);
    print_percentiles("connect", all, count);
    puts("}");
    return 0;
}

static _Noreturn void report_switches(struct sockaddr_in to, long gap_micros) {
    int last = -1;
    ready_server();
    for (;;) {
        int64_t unused;
        int id = one_connection(&to, &unused);
        if (id >= 0 && id != last) {
            last = id;
            printf("{\"id\":%d,\"nanos\":%lld}\n", id, (long long)now_nanos());
            fflush(stdout);
        }
        sleep_micros(gap_micros);
    }
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    if (!strcmp(mode, "echo") && argc == 3) echo(atoi(argv[2]));
    if (!strcmp(mode, "rtt") && argc == 6) return rtt(address(argv[2], atoi(argv[3])), atol(argv[4]), atol(argv[5]));
    if (!strcmp(mode, "sink") && argc == 5) return sink(atoi(argv[2]), atol(argv[3]), atol(argv[4]));
    if (!strcmp(mode, "flood") && argc == 7) {
        int sizes[MAX_SIZES], n = parse_numbers(argv[6], sizes, MAX_SIZES), flows = atoi(argv[5]);
        for (int i = 0; i < n; i++)
            if (sizes[i] < 0 || sizes[i] > MAX_DATAGRAM) n = 0;
        if (n > 0 && flows > 0 && flows <= MAX_FLOWS) return flood(address(argv[2], atoi(argv[3])), atol(argv[4]), flows, sizes, n);
    }
    if (!strcmp(mode, "serve") && argc == 5) return serve(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    if (!strcmp(mode, "connect") && argc == 6 && atoi(argv[5]) <= MAX_THREADS)
        return connect_to(argv[2], atoi(argv[3]), atol(argv[4]), atoi(argv[5]));
    if (!strcmp(mode, "switch") && argc == 5) report_switches(address(argv[2], atoi(argv[3])), atol(argv[4]));
    fputs("traffic: wrong usage: see the head of traffic.c\n", stderr);
    return 2;
}
