/*
 * The io-uring floor: what epoll-1seg does, with one ring instead of system calls.
 *
 * It is C because each submission hands raw pointers to the kernel, and this workspace has no unsafe Rust. It must never
 * serve clients from the network.
 *
 * Usage: io-uring POLICY ADDRESS, with the listener as standard input. ADDRESS is printed once the ring works.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LISTENER = 0,
    SUBMISSIONS = 1024,
    COMPLETIONS = 8192,
    CONNECTIONS = 65536,
    /* What one receive reads at most. */
    BUFFER = 1024,
};

/* What a completion belongs to, if not to the receive of the descriptor with this number. */
static const uint64_t ACCEPTED = UINT64_MAX;
static const uint64_t DONE = UINT64_MAX - 1;

static const char REQUEST[] = "<policy-file-request/>"; /* with its NUL */

/* By descriptor. Pages of this table take memory once they are used. */
static struct {
    size_t seen;
    char buffer[BUFFER];
} connections[CONNECTIONS];

static struct {
    int fd;
    unsigned *submission_head, *submission_tail, submission_mask, submission_entries;
    unsigned *completion_head, *completion_tail, completion_mask;
    struct io_uring_sqe *submissions;
    struct io_uring_cqe *completions;
    unsigned tail, submitted;
} ring;

static char reply[1 << 20];
static size_t reply_length;

static void fail(const char *what)
{
    fprintf(stderr, "io-uring floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *map(size_t size, off_t part)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, part);
    if (memory == MAP_FAILED)
        fail("cannot map the ring");
    return memory;
}

/* One thread submits, and the kernel completes when this thread waits; before Linux 6.1, without these flags. */
static struct io_uring_params set_up(void)
{
    const unsigned flags[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN, 0};
    struct io_uring_params params;
    for (int i = 0; i < 2; i++) {
        memset(&params, 0, sizeof params);
        params.flags = flags[i] | IORING_SETUP_CQSIZE;
        params.cq_entries = COMPLETIONS;
        ring.fd = syscall(SYS_io_uring_setup, SUBMISSIONS, &params);
        if (ring.fd >= 0)
            return params;
        if (errno != EINVAL)
            break;
    }
    fail("io_uring_setup, which the kernel or a sandbox may refuse");
    return params;
}

static void open_ring(void)
{
    struct io_uring_params params = set_up();
    size_t array = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    char *submission = map(array, IORING_OFF_SQ_RING);
    char *completion = map(params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
                           IORING_OFF_CQ_RING);
    ring.submission_head = (unsigned *)(submission + params.sq_off.head);
    ring.submission_tail = (unsigned *)(submission + params.sq_off.tail);
    ring.submission_mask = *(unsigned *)(submission + params.sq_off.ring_mask);
    ring.submission_entries = params.sq_entries;
    ring.completion_head = (unsigned *)(completion + params.cq_off.head);
    ring.completion_tail = (unsigned *)(completion + params.cq_off.tail);
    ring.completion_mask = *(unsigned *)(completion + params.cq_off.ring_mask);
    ring.completions = (struct io_uring_cqe *)(completion + params.cq_off.cqes);
    ring.submissions =
        map(params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    for (unsigned i = 0; i < params.sq_entries; i++)
        ((unsigned *)(submission + params.sq_off.array))[i] = i;
}

/* Submits everything, and waits for a number of completions. */
static void enter(unsigned wait)
{
    __atomic_store_n(ring.submission_tail, ring.tail, __ATOMIC_RELEASE);
    int count = syscall(SYS_io_uring_enter, ring.fd, ring.tail - ring.submitted, wait,
                        IORING_ENTER_GETEVENTS, NULL, 0);
    if (count >= 0)
        ring.submitted += count;
    else if (errno != EINTR && errno != EBUSY && errno != EAGAIN)
        fail("io_uring_enter");
}

static struct io_uring_sqe *next(uint8_t opcode, int fd, uint64_t data)
{
    while (ring.tail - __atomic_load_n(ring.submission_head, __ATOMIC_ACQUIRE) ==
           ring.submission_entries)
        enter(0);
    struct io_uring_sqe *submission = &ring.submissions[ring.tail++ & ring.submission_mask];
    memset(submission, 0, sizeof *submission);
    submission->opcode = opcode;
    submission->fd = fd;
    submission->user_data = data;
    return submission;
}

static void accept_all(void)
{
    struct io_uring_sqe *submission = next(IORING_OP_ACCEPT, LISTENER, ACCEPTED);
    submission->ioprio = IORING_ACCEPT_MULTISHOT;
    submission->accept_flags = SOCK_CLOEXEC;
}

static void receive(int fd)
{
    struct io_uring_sqe *submission = next(IORING_OP_RECV, fd, fd);
    submission->addr = (uintptr_t)connections[fd].buffer;
    submission->len = BUFFER;
}

static void end(int fd)
{
    next(IORING_OP_CLOSE, fd, DONE)->flags = IOSQE_CQE_SKIP_SUCCESS;
}

/* Not linked to the close: the kernel starts submissions in order, and this send cannot wait. A link costs more. */
static void answer(int fd)
{
    struct io_uring_sqe *submission = next(IORING_OP_SEND, fd, DONE);
    submission->addr = (uintptr_t)reply;
    submission->len = reply_length;
    submission->msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE;
    submission->flags = IOSQE_CQE_SKIP_SUCCESS;
}

static void accepted(const struct io_uring_cqe *completion)
{
    int fd = completion->res;
    if (!(completion->flags & IORING_CQE_F_MORE))
        accept_all();
    if (fd >= CONNECTIONS) {
        end(fd);
    } else if (fd >= 0) {
        connections[fd].seen = 0;
        receive(fd);
    } else if (fd == -EINVAL) {
        errno = EINVAL;
        fail("cannot accept repeatedly, which needs Linux 5.19");
    }
}

/* Answers a complete request, and closes on anything else. */
static void received(int fd, int count)
{
    size_t seen = connections[fd].seen;
    size_t missing = sizeof REQUEST - seen;
    size_t compared = count > 0 && (size_t)count < missing ? (size_t)count : missing;
    if (count <= 0 || memcmp(connections[fd].buffer, REQUEST + seen, compared) != 0) {
        end(fd);
    } else if (compared < missing) {
        connections[fd].seen += compared;
        receive(fd);
    } else {
        answer(fd);
        end(fd);
    }
}

static void serve(void)
{
    accept_all();
    for (;;) {
        enter(1);
        unsigned head = *ring.completion_head;
        unsigned tail = __atomic_load_n(ring.completion_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++) {
            struct io_uring_cqe completion = ring.completions[head & ring.completion_mask];
            if (completion.user_data == ACCEPTED)
                accepted(&completion);
            else if (completion.user_data != DONE)
                received((int)completion.user_data, completion.res);
        }
        __atomic_store_n(ring.completion_head, head, __ATOMIC_RELEASE);
    }
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    FILE *policy = fopen(arguments[1], "rb");
    if (policy == NULL)
        fail(arguments[1]);
    reply_length = fread(reply, 1, sizeof reply - 1, policy) + 1;
    fclose(policy);
    open_ring();
    printf("address=%s\n", arguments[2]);
    fflush(stdout);
    serve();
}
