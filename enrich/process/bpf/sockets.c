/* Tells user space which process uses which socket.
 *
 * The owner of a socket is kept with the socket. A process is only taken from
 * where the kernel works for it: at socket(), connect(), listen(), send(),
 * recv(), shutdown() and close(). Where it works for nobody, as when the answer
 * to a SYN arrives, what was kept is told.
 *
 * Compiled by build.sh; programs that a kernel does not know the hook of are
 * left out when the object is loaded. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

enum { /* states of TCP */
	ESTABLISHED = 1,
	SYN_SENT = 2,
	SYN_RECV = 3,
	FIN_WAIT1 = 4,
	CLOSE = 7,
	LAST_ACK = 9,
	LISTEN = 10,
};

enum { /* kinds of events */
	OPEN = 1,   /* a socket has these ends and this owner */
	CLOSED = 2, /* a socket is closed */
};

#define MAX_REMOTES 64 /* told of a socket that is not connected */
#define MAX_NAME 256   /* bytes of a name in a path, a power of 2 */
#define MAX_PATH 1024  /* bytes of a path, a power of 2 */
#define MAX_DEPTH 48   /* names and mounts in a path */

struct owner {
	__u64 start;   /* nanoseconds since boot */
	__u64 cgroup;  /* of cgroup2 */
	__u64 exe_ino; /* 0 when it has no memory any more */
	__u32 exe_dev;
	__u32 pid;
	__u32 parent;
	__u32 uid;
	char name[16];
	char parent_name[16];
};

struct ends {
	__u8 local[16]; /* IPv4 in the first four bytes */
	__u8 remote[16];
	__u16 local_port;
	__u16 remote_port;
	__u16 family;
	__u8 proto;
	__u8 pad;
};

/* Kept with each socket; a socket that is accepted gets a copy of what the one
 * that listens has. */
struct state {
	struct owner who;
	struct ends told;
	struct ends sent; /* the last remote that was told of one that is not connected */
	__u32 ns;
	__u16 final; /* who is not only who made it, or who listens */
	__u16 remotes;
};

struct event {
	__u64 at; /* nanoseconds since boot */
	__u64 cookie;
	struct owner who;
	struct ends ends;
	__u64 lost; /* events that found no room, up to now */
	__u32 ns;
	__u16 kind;
	__u16 final;
};

/* A process that uses the network, told once. */
struct program {
	struct owner who;
	__u32 start; /* of the path, which ends at MAX_PATH; that if there is none */
	__u32 pad;
	char path[MAX_PATH + MAX_NAME]; /* more than that is never written */
};

struct identity {
	__u64 start;
	__u64 exe_ino;
	__u32 exe_dev;
	__u32 pid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1 << 14);
	__type(key, struct identity);
	__type(value, __u8);
} known SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct state);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

static __always_inline void current_owner(struct owner *o)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(t, group_leader);
	struct task_struct *parent = BPF_CORE_READ(leader, real_parent);
	struct inode *exe = BPF_CORE_READ(t, mm, exe_file, f_inode);

	o->start = BPF_CORE_READ(leader, start_boottime);
	o->cgroup = BPF_CORE_READ(t, cgroups, dfl_cgrp, kn, id);
	o->exe_ino = BPF_CORE_READ(exe, i_ino);
	o->exe_dev = BPF_CORE_READ(exe, i_sb, s_dev);
	o->pid = BPF_CORE_READ(t, tgid);
	o->parent = BPF_CORE_READ(parent, tgid);
	o->uid = BPF_CORE_READ(t, cred, uid.val);
	bpf_core_read(o->name, sizeof(o->name), &leader->comm);
	bpf_core_read(o->parent_name, sizeof(o->parent_name), &parent->comm);
}

static __always_inline struct mount *mount_of(struct vfsmount *mnt)
{
	return (void *)((char *)mnt - bpf_core_field_offset(struct mount, mnt));
}

/* Writes the path of the current program, from its end to its beginning, as the
 * process's own mount namespace has it. Where it has come to is kept in memory:
 * so the verifier need not follow every path that a path can take. */
static __always_inline void path_of(struct program *p)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	struct file *exe = BPF_CORE_READ(t, mm, exe_file);
	struct dentry *d = BPF_CORE_READ(exe, f_path.dentry);
	struct mount *m = mount_of(BPF_CORE_READ(exe, f_path.mnt));
	volatile __u32 *start = &p->start;

	*start = MAX_PATH;
	for (int i = 0; i < MAX_DEPTH; i++) {
		struct dentry *up = BPF_CORE_READ(d, d_parent);
		__u32 len, at;

		if (d == BPF_CORE_READ(m, mnt.mnt_root)) {
			struct mount *below = BPF_CORE_READ(m, mnt_parent);

			if (below == m)
				return;
			d = BPF_CORE_READ(m, mnt_mountpoint);
			m = below;
			continue;
		}
		if (d == up) /* of no mount: a file in memory */
			return;
		len = BPF_CORE_READ(d, d_name.len);
		at = *start;
		if (len >= MAX_NAME || len + 1 > at)
			break;
		at -= len;
		bpf_probe_read_kernel(&p->path[at & (MAX_PATH - 1)], len & (MAX_NAME - 1), BPF_CORE_READ(d, d_name.name));
		at--;
		p->path[at & (MAX_PATH - 1)] = '/';
		*start = at;
		d = up;
	}
	*start = MAX_PATH; /* too long */
}

static __always_inline void lose(void)
{
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&lost, &zero);

	if (n)
		__sync_fetch_and_add(n, 1);
}

/* Tells of a process the first time that it makes, connects or uses a socket. */
static __always_inline void introduce(struct owner *who)
{
	struct identity id = {who->start, who->exe_ino, who->exe_dev, who->pid};
	__u8 one = 1;
	struct program *p;

	if (!who->exe_ino || bpf_map_update_elem(&known, &id, &one, BPF_NOEXIST))
		return;
	p = bpf_ringbuf_reserve(&events, sizeof(*p), 0);
	if (!p) {
		lose();
		return;
	}
	p->who = *who;
	p->pad = 0;
	path_of(p);
	bpf_ringbuf_submit(p, 0);
}

static __always_inline __u32 current_ns(void)
{
	struct task_struct *t = (void *)bpf_get_current_task();

	return BPF_CORE_READ(t, nsproxy, net_ns, ns.inum);
}

static __always_inline void emit(__u16 kind, __u64 cookie, struct state *st, struct ends *ends)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&lost, &zero);

	if (!e) {
		lose();
		return;
	}
	e->lost = n ? *n : 0;
	e->at = bpf_ktime_get_boot_ns();
	e->cookie = cookie;
	e->who = st->who;
	e->ends = *ends;
	e->ns = st->ns;
	e->kind = kind;
	e->final = st->final;
	bpf_ringbuf_submit(e, 0);
}

static __always_inline struct state *state_of(struct sock *sk)
{
	struct state *st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (st && !st->ns)
		st->ns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	return st;
}

static __always_inline void ends_of(struct ends *e, struct sock *sk)
{
	struct inet_sock *inet = (void *)sk;

	__builtin_memset(e, 0, sizeof(*e));
	e->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	e->proto = BPF_CORE_READ(sk, sk_protocol);
	/* the port without which a socket has left the tables */
	e->local_port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	e->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (e->family == AF_INET) {
		bpf_core_read(e->local, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(e->remote, 4, &sk->__sk_common.skc_daddr);
	} else if (bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
		bpf_core_read(e->local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(e->remote, 16, &sk->__sk_common.skc_v6_daddr);
	}
}

static __always_inline int same(const struct ends *a, const struct ends *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	_Static_assert(sizeof(*a) == 5 * sizeof(*x), "whole words");
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3] && x[4] == y[4];
}

static __always_inline void tell(__u16 kind, struct sock *sk, struct state *st)
{
	ends_of(&st->told, sk);
	emit(kind, bpf_get_socket_cookie(sk), st, &st->told);
}

static __always_inline void own(struct state *st)
{
	current_owner(&st->who);
	introduce(&st->who);
	st->final = 1;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(set_state, struct sock *sk, int from, int to)
{
	struct state *st;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (to != SYN_SENT && to != LISTEN && to != ESTABLISHED && to != FIN_WAIT1 && to != LAST_ACK && to != CLOSE)
		return 0;
	st = state_of(sk);
	if (!st)
		return 0;
	switch (to) {
	case SYN_SENT: /* connect(): the port comes later, unless it was bound */
		own(st);
		ends_of(&st->told, sk);
		if (st->told.local_port)
			tell(OPEN, sk, st);
		break;
	case LISTEN:
		own(st);
		tell(OPEN, sk, st);
		break;
	case ESTABLISHED:
		if (from == SYN_RECV)
			st->final = 0;
		tell(OPEN, sk, st);
		break;
	case CLOSE:
		if (from == SYN_SENT)
			tell(OPEN, sk, st);
		tell(CLOSED, sk, st);
		break;
	default: /* shutdown(), close() */
		if (!st->final) {
			own(st);
			tell(OPEN, sk, st);
		}
	}
	return 0;
}

/* A SYN that is not answered. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmit, struct sock *sk)
{
	struct state *st;

	if (BPF_CORE_READ(sk, __sk_common.skc_state) != SYN_SENT)
		return 0;
	st = state_of(sk);
	if (st && !st->told.local_port)
		tell(OPEN, sk, st);
	return 0;
}

/* Whether a socket still has the ends that were told of it. Its own address
 * only changes with one of the others. For speed it is read without helpers. */
static __always_inline int unchanged(struct ends *told, struct sock *sk)
{
	struct sock_common *c = &sk->__sk_common;
	__u32 *remote = (void *)told->remote;

	if (told->local_port != c->skc_num || told->remote_port != bpf_ntohs(c->skc_dport))
		return 0;
	if (told->family == AF_INET)
		return remote[0] == c->skc_daddr;
	if (!bpf_core_field_exists(c->skc_v6_daddr))
		return 1;
	return remote[0] == c->skc_v6_daddr.in6_u.u6_addr32[0] && remote[1] == c->skc_v6_daddr.in6_u.u6_addr32[1] &&
	       remote[2] == c->skc_v6_daddr.in6_u.u6_addr32[2] && remote[3] == c->skc_v6_daddr.in6_u.u6_addr32[3];
}

/* A process sends or receives. For TCP that is of interest once, if it did not
 * connect; for UDP whenever the ends are new. */
static __always_inline int use(struct sock *sk)
{
	__u16 proto = sk->sk_protocol;
	__u16 family = sk->__sk_common.skc_family;
	struct state *st;

	if (family != AF_INET && family != AF_INET6 || proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return 0;
	st = state_of(sk);
	if (!st || st->final && (proto == IPPROTO_TCP || unchanged(&st->told, sk)))
		return 0;
	if (!st->final)
		own(st);
	tell(OPEN, sk, st);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(sent, struct sock *sk)
{
	return use(sk);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(received, struct sock *sk)
{
	return use(sk);
}

/* The programs below are for kernels without the two above, and for what these
 * cannot tell: where a socket that is not connected sends to, and that one of
 * UDP is closed. They let everything pass. */

SEC("cgroup/sock_create")
int create(struct bpf_sock *ctx)
{
	struct state *st;

	if (ctx->protocol != IPPROTO_TCP && ctx->protocol != IPPROTO_UDP)
		return 1;
	st = bpf_sk_storage_get(&sockets, ctx, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st)
		return 1;
	st->ns = current_ns();
	current_owner(&st->who);
	introduce(&st->who);
	return 1;
}

static __always_inline int send_to(struct bpf_sock_addr *ctx, struct ends *e)
{
	struct bpf_sock *sk = ctx->sk;
	struct state *st;

	if (!sk)
		return 1;
	st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st || st->remotes >= MAX_REMOTES)
		return 1;
	e->proto = IPPROTO_UDP;
	e->local_port = sk->src_port;
	e->remote_port = bpf_ntohs(ctx->user_port);
	if (st->final && same(e, &st->sent))
		return 1;
	if (!st->ns)
		st->ns = current_ns();
	if (!st->final)
		own(st);
	st->sent = *e;
	st->remotes++;
	emit(OPEN, bpf_get_socket_cookie(ctx), st, e);
	return 1;
}

SEC("cgroup/sendmsg4")
int send4(struct bpf_sock_addr *ctx)
{
	struct ends e = {.family = AF_INET};
	__u32 to = ctx->user_ip4;

	__builtin_memcpy(e.remote, &to, 4);
	return send_to(ctx, &e);
}

SEC("cgroup/sendmsg6")
int send6(struct bpf_sock_addr *ctx)
{
	struct ends e = {.family = AF_INET6};
	__u32 to[4] = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]};

	__builtin_memcpy(e.remote, to, 16);
	return send_to(ctx, &e);
}

/* What such a program is given is the socket itself, of which the verifier lets
 * it read next to nothing by name. */
SEC("cgroup/sock_release")
int release(struct bpf_sock *ctx)
{
	struct sock *sk = (void *)ctx;
	struct state *st;
	struct ends e;

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	st = bpf_sk_storage_get(&sockets, ctx, 0, 0);
	if (!st)
		return 1;
	ends_of(&e, sk);
	if (!st->final)
		own(st);
	if (e.local_port && !same(&e, &st->told))
		emit(OPEN, bpf_get_socket_cookie(ctx), st, &e);
	emit(CLOSED, bpf_get_socket_cookie(ctx), st, &e);
	return 1;
}
