# Calls that reach the kernel itself, or what has no namespace.

## reboot: refused
sys 169 0xfee1dead 672274793 0x1234567
## reboot-keys-off: refused
sys 169 0xfee1dead 672274793 0
## reboot-halt: refused
sys 169 0xfee1dead 672274793 0xcdef0123
## kexec-load: refused
sys 246 0 0 0 0
## kexec-file-load: refused
sys 320 -1 -1 0 0 0
## module-load: refused
sys 175 x 1 ""
## module-load-file: refused
sys 313 0 "" 0
## module-remove: refused
sys 176 dummy 0
## bpf-map: refused
script 'exit(call(321, 0, pack("L4", 2, 4, 4, 1) . "\0" x 104, 72) < 0)'
## bpf-program: refused
script 'exit(call(321, 5, "\1" . "\0" x 119, 72) < 0)'
## perf-event: refused
script 'exit(call(298, pack("LL", 1, 112) . "\0" x 104, 0, -1, -1, 0) < 0)'
## userfault: refused
sys 323 1
## ring-setup: refused
script 'exit(call(425, 1, "\0" x 120) < 0)'
## ring-enter: refused
sys 426 0 0 0 0 0 0
## ring-register: refused
sys 427 0 0 0 0
## key-add-to-session: refused
sys 248 user twinroot x 1 -3
## key-add-to-user: refused
sys 248 user twinroot x 1 -4
## key-request: refused
sys 249 user twinroot 0 -3
## keyring-join: refused
sys 250 1 twinroot
## keyring-of-user: refused
sys 250 0 -4 1
## keyring-read-session: refused
sys 250 11 -3 0 0
## fanotify: refused
sys 300 0 0
## fanotify-unprivileged: refused
sys 300 0x200 0
## fanotify-permission: refused
sys 300 4 0
## fanotify-mark: refused
sys 301 3 1 1 -100 /
## handle-open: refused
script '($r, $h, $m) = ("/", pack("LL", 128, 0) . "\0" x 128, pack("L", 0)); syscall(303, -100, $r, $h, $m, 0) >= 0 or exit 1; open(D, "<", "/"); exit(syscall(304, fileno(D), $h, 0) < 0)'
## handle-open-guessed: refused
script '$h = pack("LLQ", 8, 1, 2); open(D, "<", "/"); exit(call(304, fileno(D), $h, 0) < 0)'
## handle-name: own
script '$h = pack("LL", 128, 0) . "\0" x 128; exit(call(303, -100, "/etc/passwd", $h, $m = pack("L", 0), 0) < 0)'
## swap-on: refused
sys 167 /etc/passwd 0
## swap-off: refused
sys 168 /etc/passwd
## accounting: refused
sys 163 /tmp/accounting
## quota: refused
sys 179 0x80000700 / 0 0
## clock-of-day: refused
script 'exit(call(164, pack("QQ", 0, 0), 0) < 0)'
## clock-set: refused
script 'exit(call(227, 0, pack("QQ", 0, 0)) < 0)'
## clock-adjust: refused
script 'exit(call(159, pack("Lx4Q", 1, 100) . "\0" x 200) < 0)'
## ports: refused
sys 172 3
## port-range: refused
sys 173 0 1 1
## kernel-log-clear: refused
sys 103 5 0 0
## terminal-hang-up: refused
sys 153
## hostname: refused
sys 170 evil 4
## domain-name: refused
sys 171 evil 4
## vsock: refused
script 'socket(S, 40, 1, 0) or exit 1'
## x32-call: refused
sys 0x40000027
## namespace-of-cgroups: refused
sys 272 0x02000000
## namespace-of-time: refused
sys 272 0x80
## clone3: refused
script 'exit(call(435, "\0" x 88, 88) < 0)'
## clone-with-cgroups: refused
script '$p = call(56, 0x02000011, 0, 0, 0, 0); $p == 0 and exit 0; exit($p < 0)'
## abstract-socket-of-machine: refused
script 'socket(S, 1, 1, 0); connect(S, pack("S", 1) . "\0twinroot-attack") or exit 1'
## loopback-of-machine: refused
script 'socket(S, 2, 1, 0); connect(S, pack_sockaddr_in(22, inet_aton("127.0.0.1"))) or exit 1'
## message-queue: own
script 'exit(call(68, 4711, 0x3ff) < 0)'
## shared-memory-segment: own
script 'exit(call(29, 4711, 4096, 0x3ff) < 0)'
## memory-file: own
script 'exit(call(319, "attack", 0) < 0)'
