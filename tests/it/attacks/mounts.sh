# Mounts, and what can be reached through them.

## root-remount-writable: own
mount -n -o remount,rw,bind /
## etc-bound-writable: own
unshare -m sh -ec "mount --bind /etc /etc; mount -n -o remount,rw,bind /etc; echo x >/etc/tw-bound"
## sys-remount-writable: refused
mount -n -o remount,rw,bind /sys
## sys-remount-file-system: refused
mount -n -o remount,rw /sys
## sys-unmount: refused
umount /sys
## sys-unmount-lazily: refused
umount -l /sys
## sys-move: refused
mkdir /tmp/to && mount --move /sys /tmp/to
## dev-unmount: refused
umount -l /dev
## dev-pts-unmount: refused
umount /dev/pts
## dev-null-unmount: refused
umount /dev/null
## dev-null-remount: refused
mount -n -o remount,rw,bind /dev/null
## tmp-unmount: refused
umount -l /tmp
## tmp-remount-larger: refused
mount -n -o remount,size=90% /tmp
## root-unmount-lazily: own
unshare -m umount -l /
## nested-sys-remount: refused
unshare -Urm mount -n -o remount,rw,bind /sys
## nested-sys-unmount: refused
unshare -Urm umount /sys
## nested-dev-null-remount: refused
unshare -Urm mount -n -o remount,rw,bind /dev/null
## nested-root-remount-file-system: refused
unshare -Urm mount -n -o remount,rw /sys
## bind-and-remount: refused
mkdir -p /tmp/bound && unshare -m sh -ec 'mount --rbind /sys /tmp/bound; mount -n -o remount,rw,bind /tmp/bound'
## bind-and-strip: refused
mkdir -p /tmp/stripped && unshare -m sh -ec 'mount --bind /dev /tmp/stripped'
## setattr-writable: refused
script 'exit(call(442, -100, "/sys", 0x8000, pack("QQQQ", 0, 1, 0, 0), 32) < 0)'
## setattr-idmap: refused
script 'open(U, "<", "/proc/self/ns/user"); exit(call(442, -100, "/etc", 0, pack("QQQQ", 0x100000, 0, 0, fileno(U)), 32) < 0)'
## open-tree-setattr: refused
script '$t = call(428, -100, "/sys", 1); $t < 0 and exit 1; exit(call(442, $t, "", 0x1000, pack("QQQQ", 0, 1, 0, 0), 32) < 0)'
## open-tree-idmap: refused
script '$t = call(428, -100, "/etc", 1); $t < 0 and exit 1; open(U, "<", "/proc/self/ns/user"); exit(call(442, $t, "", 0x1000, pack("QQQQ", 0x100000, 0, 0, fileno(U)), 32) < 0)'
## fspick-reconfigure: refused
script '$f = call(433, -100, "/sys", 0); $f < 0 and exit 1; call(431, $f, 0, "rw", 0, 0) < 0 and exit 1; exit(call(431, $f, 7, 0, 0, 0) < 0)'
## sysfs-anew: refused
mkdir -p /tmp/fs && unshare -m mount -t sysfs s /tmp/fs
## sysfs-anew-of-own-network: refused
mkdir -p /tmp/fs && unshare -mn mount -t sysfs s /tmp/fs
## sysfs-anew-nested: refused
mkdir -p /tmp/fs && unshare -Urmn mount -t sysfs s /tmp/fs
## cgroup2: refused
mkdir -p /tmp/fs && mount -t cgroup2 c /tmp/fs
## cgroup2-of-own-namespace: refused
mkdir -p /tmp/fs && unshare -Cm mount -t cgroup2 c /tmp/fs
## cgroup2-nested: refused
mkdir -p /tmp/fs && unshare -UrCm mount -t cgroup2 c /tmp/fs
## cgroup1: refused
mkdir -p /tmp/fs && mount -t cgroup -o memory c /tmp/fs
## cgroup-make: refused
mkdir /sys/fs/cgroup/twinroot-attack
## debugfs: refused
mkdir -p /tmp/fs && mount -t debugfs d /tmp/fs
## tracefs: refused
mkdir -p /tmp/fs && mount -t tracefs t /tmp/fs
## securityfs: refused
mkdir -p /tmp/fs && mount -t securityfs s /tmp/fs
## configfs: refused
mkdir -p /tmp/fs && mount -t configfs c /tmp/fs
## devtmpfs: refused
mkdir -p /tmp/fs && mount -t devtmpfs d /tmp/fs
## mqueue: refused
mkdir -p /tmp/fs && mount -t mqueue m /tmp/fs
## disk: refused
mkdir -p /tmp/fs && mknod /tmp/disk b 254 0 && mount -t ext4 /tmp/disk /tmp/fs
## disk-by-name: refused
mkdir -p /tmp/fs && mount -t ext4 /dev/vda /tmp/fs
## overlay-into-sys: refused
mkdir -p /tmp/ovl && unshare -m mount -t overlay o -o lowerdir=/etc,upperdir=/sys/kernel,workdir=/sys/fs /tmp/ovl
## overlay-of-own: own
mkdir -p /tmp/u /tmp/w /tmp/m && unshare -m sh -ec 'mount -t overlay o -o userxattr,lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w /tmp/m; touch /tmp/m/x'
## proc-anew-core-pattern: refused
mkdir -p /tmp/p && unshare -m sh -ec 'mount -t proc p /tmp/p; echo x >/tmp/p/sys/kernel/core_pattern'
## proc-anew-of-own-pids: refused
unshare -mpf sh -ec 'mount -t proc p /proc; echo 9 >/proc/sys/vm/page-cluster'
## proc-anew-nested: refused
unshare -Urmpf sh -ec 'mount -t proc p /proc; echo 9 >/proc/sys/vm/page-cluster'
## proc-uncovered: refused
unshare -m sh -ec 'umount /proc/sys; echo 9 >/proc/sys/vm/page-cluster'
## proc-remounted: refused
unshare -m sh -ec 'mount -n -o remount,rw,bind /proc/sys || mount -n -o remount,rw /proc; echo 9 >/proc/sys/vm/page-cluster'
## pivot-root-back: refused
script 'exit(call(155, "/tmp", "/tmp") < 0)'
## chroot-escape: refused
mkdir -p /tmp/jail && script 'chdir "/"; chroot "/tmp/jail" or exit 1; chdir ".." for 1..64; chroot "."; exit(-e "/tmp/root/etc" || -e "/tmp/layer0" ? 0 : 1)'
## workspace-of-monitor: refused
test -e /tmp/layer0 || test -e /tmp/root || touch /tmp/twinroot/lists/x || touch /tmp/twinroot/pool/x
## device-null-mode: refused
chmod 0600 /dev/null
## device-null-owner: refused
chown 7:7 /dev/null
## device-null-times: refused
touch /dev/null
## device-zero-xattr: refused
script 'exit(call(188, "/dev/zero", "user.tw", "x", 1, 0) < 0)'
## device-null-removed: refused
rm /dev/null
## device-null-renamed: refused
mv /dev/null /dev/nil
## device-memory: refused
mknod /tmp/mem c 1 1
## device-memory-nested: refused
unshare -Ur mknod /tmp/mem c 1 1
## terminal-input: refused
script 'open(T, "+<", "/dev/tty") or exit 1; ioctl(T, 0x5412, "x") or exit 1'
