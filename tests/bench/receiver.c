/* Receives for many subscribers: counts RTP, finds gaps in sequence numbers, keeps one packet in `every` for the
 * caller to decrypt, and hands STUN and DTLS over. Arrival is the kernel's time stamp, so a late reader is not
 * mistaken for a late server. Compiled by tests/bench/receiver.py with cc; used by the bench alone. */
#define _GNU_SOURCE
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define SIZE 1600
#define KEPT 8192
#define SSRCS 4

struct kept {
    int64_t arrived_ns; /* CLOCK_REALTIME */
    uint32_t peer, size;
    uint8_t data[SIZE];
};

struct stream {
    uint32_t ssrc;
    uint16_t highest;
    int64_t distance, received; /* expected = distance + 1 */
};

struct peer {
    struct stream streams[SSRCS];
    int64_t packets, bytes, rtcp;
};

static struct kept kept[KEPT];
static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static uint8_t buffers[BATCH][SIZE], controls[BATCH][64];
static uint32_t kept_count, overflowed, random_state = 1;

static void keep(uint32_t peer, const uint8_t *data, uint32_t size, int64_t arrived_ns)
{
    if (kept_count == KEPT) {
        overflowed++;
        return;
    }
    struct kept *slot = &kept[kept_count++];
    slot->arrived_ns = arrived_ns;
    slot->peer = peer;
    slot->size = size;
    memcpy(slot->data, data, size);
}

static void count(struct peer *peer, const uint8_t *data)
{
    uint32_t ssrc = (uint32_t)data[8] << 24 | data[9] << 16 | data[10] << 8 | data[11];
    uint16_t number = (uint16_t)(data[2] << 8 | data[3]);
    for (int i = 0; i < SSRCS; i++) {
        struct stream *stream = &peer->streams[i];
        if (stream->ssrc == 0) {
            stream->ssrc = ssrc;
            stream->highest = number;
            stream->received = 1;
            return;
        }
        if (stream->ssrc == ssrc) {
            int16_t ahead = (int16_t)(number - stream->highest);
            if (ahead > 0) {
                stream->distance += ahead;
                stream->highest = number;
            }
            stream->received++;
            return;
        }
    }
}

static int64_t arrival(struct msghdr *header)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(c), sizeof at);
            return at.tv_sec * 1000000000LL + at.tv_nsec;
        }
    return 0;
}

static void drain(int fd, uint32_t index, struct peer *peer, uint32_t every)
{
    for (int round = 0; round < 16; round++) {
        for (int i = 0; i < BATCH; i++) {
            vectors[i] = (struct iovec){buffers[i], SIZE};
            messages[i].msg_hdr = (struct msghdr){
                .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = 64};
        }
        int got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, 0);
        if (got <= 0)
            return;
        for (int i = 0; i < got; i++) {
            uint8_t *data = buffers[i];
            uint32_t size = messages[i].msg_len;
            if (size < 12)
                continue;
            if (data[0] < 128) { /* STUN, DTLS */
                keep(index, data, size, 0);
            } else if (data[1] >= 192 && data[1] < 224) {
                peer->rtcp++;
            } else {
                peer->packets++;
                peer->bytes += size;
                count(peer, data);
                random_state = random_state * 1103515245u + 12345u;
                if ((random_state >> 16) % every == 0)
                    keep(index, data, size, arrival(&messages[i].msg_hdr));
            }
        }
        if (got < BATCH)
            return;
    }
}

/* Reads every ready socket of `epoll`; the number of datagrams in `kept_packets()`. */
uint32_t receive(int epoll, struct peer *peers, uint32_t every)
{
    struct epoll_event events[256];
    kept_count = 0;
    int ready = epoll_wait(epoll, events, 256, 0);
    for (int i = 0; i < ready; i++) {
        uint32_t index = (uint32_t)(events[i].data.u64 >> 32);
        drain((int)(uint32_t)events[i].data.u64, index, &peers[index], every);
    }
    return kept_count;
}

struct kept *kept_packets(void) { return kept; }

int add(int epoll, int fd, uint32_t index)
{
    int on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)index << 32 | (uint32_t)fd};
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

uint32_t overflows(void) { return overflowed; }
