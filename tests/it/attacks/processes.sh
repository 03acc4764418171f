# Process 1 and its descriptors, other processes, settings of the kernel.

## init-program-read: refused
readlink /proc/1/exe
## init-program-open: refused
head -c 1 /proc/1/exe
## init-program-touched: refused
touch /proc/1/exe
## init-program-mode: refused
chmod 0755 /proc/1/exe
## init-root: refused
ls /proc/1/root/
## init-directory: refused
ls /proc/1/cwd/
## init-descriptors: refused
cat /proc/1/fd/* /proc/1/fdinfo/*
## init-descriptor-0: refused
script 'open(F, "+<", "/proc/1/fd/0") or exit 1'
## init-environment: refused
cat /proc/1/environ
## init-memory: refused
script 'open(F, "+<", "/proc/1/mem") or exit 1'
## init-maps: refused
cat /proc/1/maps
## init-map-files: refused
ls /proc/1/map_files
## init-system-call: refused
cat /proc/1/syscall
## init-stack: refused
cat /proc/1/stack
## init-traced: refused
sys 101 16 1 0 0
## init-seized: refused
sys 101 0x4206 1 0 0
## init-memory-read: refused
script '$b = "\0" x 8; $v = pack("PQ", $b, 8); exit(call(310, 1, $v, 1, $v, 1, 0) < 0)'
## init-memory-written: refused
script '$b = "\0" x 8; $v = pack("PQ", $b, 8); exit(call(311, 1, $v, 1, $v, 1, 0) < 0)'
## init-descriptor-by-pidfd: refused
script '$p = call(434, 1, 0); exit(call(438, $p, 0, 0) < 0)'
## init-mount-namespace: refused
nsenter --mount=/proc/1/ns/mnt true
## init-user-namespace: refused
nsenter --user=/proc/1/ns/user true
## init-namespaces-by-pidfd: refused
script '$p = call(434, 1, 0); exit(call(308, $p, 0x20000) < 0)'
## init-compared: refused
script 'exit(call(312, 1, $$, 0, 0, 0) < 0)'
## init-limits: refused
script 'exit(call(302, 1, 7, pack("QQ", 1, 1), 0) < 0)'
## init-killed: own
kill -KILL 1
## init-stopped: own
kill -STOP 1
## init-terminated: own
kill -TERM 1
## everything-of-the-machine-killed: own
kill -0 -1
## machine-process-seen: refused
test -n "$OUTER" && test -e "/proc/$OUTER"
## machine-process-signalled: refused
kill -0 "$OUTER"
## inherited-descriptor: refused
script 'for (3..255) { open(F, ">&=", $_) and -e F and print F "x" and exit 0 } exit 1'
## inherited-directory: refused
for d in /proc/self/fd/*; do case $(readlink "$d") in "${LAB:-/nowhere}"*) exit 0 ;; esac; done; exit 1
## environment-of-caller: refused
env | grep '^TWINROOT_ATTACK_SECRET='
## setting-core-pattern: refused
echo '|/tmp/x' >/proc/sys/kernel/core_pattern
## setting-page-cluster: refused
echo 9 >/proc/sys/vm/page-cluster
## setting-hostname: refused
echo evil >/proc/sys/kernel/hostname
## setting-domain-name: refused
echo evil >/proc/sys/kernel/domainname
## setting-printk: refused
echo '1 1 1 1' >/proc/sys/kernel/printk
## setting-modprobe: refused
echo /tmp/x >/proc/sys/kernel/modprobe
## setting-hotplug: refused
echo /tmp/x >/proc/sys/kernel/hotplug
## setting-symlinks: refused
echo 0 >/proc/sys/fs/protected_symlinks
## setting-of-own-ipc: own
echo 1 >/proc/sys/kernel/shmmni
## setting-caches: refused
echo 1 >/proc/sys/vm/drop_caches
## setting-randomize: refused
echo 0 >/proc/sys/kernel/randomize_va_space
## setting-overcommit: refused
echo 2 >/proc/sys/vm/overcommit_memory
## setting-of-own-network: own
echo 1 >/proc/sys/net/ipv4/ip_forward
## setting-of-own-users: own
echo 1000 >/proc/sys/user/max_user_namespaces
## sysrq: refused
echo h >/proc/sysrq-trigger
## interrupts: refused
echo 1 >/proc/irq/default_smp_affinity
## kernel-object: refused
echo 0 >/sys/kernel/mm/transparent_hugepage/khugepaged/defrag
## kernel-event: refused
echo change >/sys/class/mem/null/uevent
## binary-format-of-machine: refused
echo ':twattack:M::twattack::/bin/true:' >/proc/sys/fs/binfmt_misc/register
## binary-format-of-own: own
unshare -m sh -ec 'mount -t binfmt_misc b /proc/sys/fs/binfmt_misc; echo ":twattack:M::twattack::/bin/true:" >/proc/sys/fs/binfmt_misc/register'
## binary-format-of-own-users: own
unshare -Urm sh -ec 'mount -t binfmt_misc b /proc/sys/fs/binfmt_misc; echo ":twattack:M::twattack::/bin/true:" >/proc/sys/fs/binfmt_misc/register'
## oom-of-own: own
echo 0 >/proc/self/oom_score_adj
## limits-of-own: own
ulimit -n 64
