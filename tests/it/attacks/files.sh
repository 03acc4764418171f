# Files of the outside: nothing of the machine changes, and what changes in the view is reported.

## file-made: seen /etc/tw-made
echo x >/etc/tw-made
## file-through-proc-root: seen /etc/tw-root
echo x >/proc/self/root/etc/tw-root
## file-through-descriptor: seen /etc/tw-fd
script 'open(D, "<", "/etc"); open(F, ">", "/proc/self/fd/" . fileno(D) . "/tw-fd") or exit 1'
## file-through-working-directory: seen /etc/tw-cwd
cd /etc && echo x >/proc/self/cwd/tw-cwd
## file-without-name: seen /etc/tw-tmpfile
script '$f = call(257, -100, "/etc", 0x410002, 0644); $f < 0 and exit 1; exit(call(265, -100, "/proc/self/fd/$f", -100, "/etc/tw-tmpfile", 0x400) < 0)'
## file-by-copy-range: seen /etc/tw-range
echo data >/etc/tw-source && script 'open(A, "<", "/etc/tw-source"); open(B, "+>", "/etc/tw-range"); exit(call(326, fileno(A), 0, fileno(B), 0, 4, 0) < 0)'
## file-by-splice: seen /etc/tw-splice
script 'pipe(R, W); syswrite(W, "x"); open(B, ">", "/etc/tw-splice"); exit(call(275, fileno(R), 0, fileno(B), 0, 1, 0) < 0)'
## file-over-a-socket: seen /etc/tw-passed
script 'socketpair(A, B, 1, 1, 0); open(F, ">", "/etc/tw-passed") or exit 1; $n = pack("C", 1); $i = pack("PQ", $n, 1); $c = pack("QLLLx4", 20, 1, 1, fileno(F)); $m = pack("QLx4PQPQLx4", 0, 0, $i, 1, $c, 24, 0); exit(call(46, fileno(A), $m, 0) < 0)'
## nested-user-namespace: seen /etc/tw-nested
unshare -Ur sh -c 'echo x >/etc/tw-nested'
## other-root: seen /etc/tw-chroot
chroot / sh -c 'echo x >/etc/tw-chroot'
## linked: seen /etc/tw-hard
ln /etc/passwd /etc/tw-hard
## linked-across-layers: refused
ln /etc/passwd /tmp/hard
## symlink: seen /etc/tw-soft
ln -s passwd /etc/tw-soft
## directory: seen /etc/tw-directory
mkdir /etc/tw-directory
## pipe: seen /etc/tw-pipe
mkfifo /etc/tw-pipe
## socket: seen /etc/tw-socket
script 'socket(S, 1, 1, 0); bind(S, pack_sockaddr_un("/etc/tw-socket")) or exit 1'
## whiteout-by-number: own
mknod /etc/tw-whiteout c 0 0
## whiteout-by-rename: own
echo x >/etc/tw-old && script 'exit(call(316, -100, "/etc/tw-old", -100, "/etc/tw-new", 4) < 0)'
## whiteout-by-attribute: own
echo x >/etc/tw-attribute && script 'exit(call(188, "/etc/tw-attribute", "user.overlay.whiteout", "y", 1, 0) < 0)'
## opaque-by-user-attribute: own
mkdir -p /etc/tw-opaque && script 'exit(call(188, "/etc/tw-opaque", "user.overlay.opaque", "y", 1, 0) < 0)'
## opaque-by-trusted-attribute: refused
mkdir -p /etc/tw-opaque && script 'exit(call(188, "/etc/tw-opaque", "trusted.overlay.opaque", "y", 1, 0) < 0)'
## redirect-by-user-attribute: own
mkdir -p /etc/tw-redirect && script 'exit(call(188, "/etc/tw-redirect", "user.overlay.redirect", "/usr", 4, 0) < 0)'
## redirect-by-trusted-attribute: refused
mkdir -p /etc/tw-redirect && script 'exit(call(188, "/etc/tw-redirect", "trusted.overlay.redirect", "/usr", 4, 0) < 0)'
## appended: seen /etc/issue
echo x >>/etc/issue
## removed: seen /etc/debian_version
rm /etc/debian_version
## mode: seen /etc/profile
chmod 0600 /etc/profile
## owner: seen /etc/host.conf
chown 7:7 /etc/host.conf
## attribute: seen /etc/gai.conf
script 'exit(call(188, "/etc/gai.conf", "user.tw", "x", 1, 0) < 0)'
## renamed: seen /etc/tw-renamed
mv /etc/issue.net /etc/tw-renamed
## exchanged: seen /etc/tw-left
echo l >/etc/tw-left && echo r >/etc/tw-right && script 'exit(call(316, -100, "/etc/tw-left", -100, "/etc/tw-right", 2) < 0)'
## times: seen /etc/shells
touch -d @1000000000 /etc/shells
## truncated: seen /etc/ld.so.conf
: >/etc/ld.so.conf
## directory-replaced: seen /etc/skel
rm -r /etc/skel && mkdir /etc/skel
## shared-memory-file: seen /dev/shm/tw-shm
echo x >/dev/shm/tw-shm
## device-directory-file: seen /dev/tw-dev
echo x >/dev/tw-dev
## temporary-file: seen /tmp/tw-tmp
echo x >/tmp/tw-tmp
## immutable: own
script 'open(F, "<", "/etc/passwd"); $n = pack("L", 0x10); ioctl(F, 0x40086602, $n) or exit 1'
## capability: own
script 'exit(call(188, "/etc/tw-made", "security.capability", pack("L5", 0x02000001, 0x400, 0, 0, 0), 20, 0) < 0)'
## mount-that-hides: seen /mnt
sys 165 t /mnt tmpfs 0 "" && echo x >/mnt/hidden
## overlay-that-hides: seen /srv
mkdir -p /tmp/hu /tmp/hw && sys 165 o /srv overlay 0 userxattr,lowerdir=/srv,upperdir=/tmp/hu,workdir=/tmp/hw && echo x >/srv/hidden
## process-left: own
setsid sleep 4711 >/dev/null 2>&1 </dev/null &
## canary-of-the-machine: refused
test -n "$LAB" && echo x >"$LAB/canary" && exit 1
