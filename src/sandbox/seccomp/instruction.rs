//! The instructions of a seccomp program.

use nix::libc;
use seccompiler::sock_filter;

/// Offset of the call's number in `struct seccomp_data`.
pub(crate) const NUMBER: u32 = 0;

/// Offset of the machine (`AUDIT_ARCH_*`) in `struct seccomp_data`.
pub(crate) const MACHINE: u32 = 4;

/// Offset of the lower half of an argument in `struct seccomp_data`, on a little-endian machine, as
/// all in [`crate::sandbox::seccomp::machine`] are.
pub(crate) const fn argument(position: u32) -> u32 {
    16 + 8 * position
}

fn instruction(code: u32, jump_true: u8, jump_false: u8, value: u32) -> sock_filter {
    sock_filter {
        code: u16::try_from(code).unwrap_or(u16::MAX),
        jt: jump_true,
        jf: jump_false,
        k: value,
    }
}

/// Takes the word at this offset of `struct seccomp_data`.
pub(crate) fn load(offset: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset)
}

/// Skips so many instructions.
pub(crate) fn jump(by: u32) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JA, 0, 0, by)
}

/// Skips `then` instructions if the word is this value, and `otherwise` ones if not.
pub(crate) fn jump_if_equal(value: u32, then: u8, otherwise: u8) -> sock_filter {
    let code = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    instruction(code, then, otherwise, value)
}

/// Skips `then` instructions if the word has one of these bits, and `otherwise` ones if not.
pub(crate) fn jump_if_any(bits: u32, then: u8, otherwise: u8) -> sock_filter {
    let code = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
    instruction(code, then, otherwise, bits)
}

fn give(value: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, value)
}

/// The call is made.
pub(crate) fn allow() -> sock_filter {
    give(libc::SECCOMP_RET_ALLOW)
}

/// The call fails with this error.
pub(crate) fn fail(error: i32) -> sock_filter {
    give(libc::SECCOMP_RET_ERRNO | error.unsigned_abs())
}

/// The process stops and tells this to its tracer.
pub(crate) fn stop(word: u16) -> sock_filter {
    give(libc::SECCOMP_RET_TRACE | u32::from(word))
}

/// What a program answers to a call: an interpreter of the few instructions above.
#[cfg(test)]
pub(crate) fn evaluate(program: &[sock_filter], machine: u32, number: u32, first: u32) -> u32 {
    let (mut at, mut word) = (0_usize, 0_u32);
    loop {
        let step = &program[at];
        let code = u32::from(step.code);
        at += 1;
        if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS {
            word = match step.k {
                NUMBER => number,
                MACHINE => machine,
                _ => first,
            };
        } else if code == libc::BPF_JMP | libc::BPF_JA {
            at += usize::try_from(step.k).unwrap();
        } else if code == libc::BPF_RET | libc::BPF_K {
            return step.k;
        } else {
            let holds = if code == libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K {
                word == step.k
            } else {
                word & step.k != 0
            };
            at += usize::from(if holds { step.jt } else { step.jf });
        }
    }
}
