//! Seccomp programs: classic BPF, as plain data (seccomp(2), bpf in Linux's
//! Documentation/networking/filter.rst).
//!
//! The assembler is our own, because the rules of `seccompiler` end a process that makes calls of
//! another table of numbers, as an i386 program does on amd64. That crate installs what is
//! assembled here.

pub(crate) mod instruction;
pub(crate) mod machine;
pub(crate) mod refused;

use nix::libc::ENOSYS;
use seccompiler::sock_filter;

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::StageFailure;
use crate::sandbox::seccomp::instruction::{
    MACHINE, NUMBER, allow, argument, fail, jump, jump_if_any, jump_if_equal, load, stop,
};
use crate::sandbox::seccomp::machine::{Machine, Numbers, X32, machines};
use crate::sandbox::seccomp::refused::{REFUSED, RefusedCall, TOLD, When};

/// Who has the calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The kernel.
    Nobody,
    /// The observer of the processes, which notes them; without it, the kernel has no such call.
    Observer,
}

/// Has this process, and all that it starts, fail at the calls that no maintainer script needs. It
/// also takes `no_new_privs`: set-user-id programs gain nothing.
///
/// # Errors
/// The kernel does not allow it.
pub(crate) fn refuse_calls(told: Told) -> Result<(), StageFailure> {
    let Some(program) = program(told) else {
        return Ok(());
    };
    seccompiler::apply_filter(&program).map_err(failed("refuse calls that no script needs"))
}

/// The program that refuses [`REFUSED`]; `None` if this machine's calls are not known.
fn program(told: Told) -> Option<Vec<sock_filter>> {
    let machines = machines();
    if machines.is_empty() {
        return None;
    }
    let mut program = vec![load(MACHINE)];
    for machine in &machines {
        let section = section(machine, told);
        // A conditional jump reaches 255 instructions; the jump behind it reaches all.
        program.push(jump_if_equal(machine.audit, 1, 0));
        program.push(jump(u32::try_from(section.len()).ok()?));
        program.extend(section);
    }
    program.push(allow());
    Some(program)
}

fn section(machine: &Machine, told: Told) -> Vec<sock_filter> {
    let mut section = vec![load(NUMBER)];
    if machine.numbers == Numbers::X86_64 {
        section.extend([jump_if_any(X32, 0, 1), fail(ENOSYS)]);
    }
    for (position, call) in REFUSED.iter().enumerate() {
        if let Some(number) = call.number(machine.numbers) {
            let answer = match u16::try_from(position) {
                Ok(position) if told == Told::Observer && call.is_told() => {
                    vec![stop(TOLD | position)]
                }
                _ => answer(call),
            };
            let over = u8::try_from(answer.len()).unwrap_or(u8::MAX);
            section.push(jump_if_equal(u32::from(number), 0, over));
            section.extend(answer);
        }
    }
    section.push(allow());
    section
}

fn answer(call: &RefusedCall) -> Vec<sock_filter> {
    match call.when {
        When::Always => vec![fail(call.error)],
        When::FirstIs(value) => vec![
            load(argument(0)),
            jump_if_equal(value, 0, 1),
            fail(call.error),
            allow(),
        ],
        When::FirstHasAny(bits) => vec![
            load(argument(0)),
            jump_if_any(bits, 0, 1),
            fail(call.error),
            allow(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seccomp::instruction::evaluate;
    use nix::libc;

    const X86_64: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;

    fn answer_to(machine: u32, number: u32, first: u32) -> u32 {
        evaluate(&program(Told::Nobody).unwrap(), machine, number, first)
    }

    fn error(number: i32) -> u32 {
        libc::SECCOMP_RET_ERRNO | number.unsigned_abs()
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_call_of_the_table_fails_in_programs_of_both_kinds_and_no_other_does() {
        let allowed = libc::SECCOMP_RET_ALLOW;
        assert_eq!(answer_to(X86_64, 169, 0), error(libc::EPERM));
        assert_eq!(answer_to(I386, 88, 0), error(libc::EPERM));
        assert_eq!(answer_to(X86_64, 425, 0), error(libc::ENOSYS));
        assert_eq!(answer_to(X86_64, 0, 0), allowed);
        // uselib(2) of i386 is of no harm, and has no number of the other table.
        assert_eq!(answer_to(I386, 86, 0), allowed);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_namespace_is_refused_by_its_flag() {
        let (cgroup, mount) = (0x0200_0000, 0x0002_0000);
        for unshare_or_clone in [272, 56] {
            let answer = |flags| answer_to(X86_64, unshare_or_clone, flags);
            assert_eq!(answer(cgroup | mount), error(libc::EPERM));
            assert_eq!(answer(mount), libc::SECCOMP_RET_ALLOW);
        }
    }

    #[test]
    fn every_refused_call_has_a_reason_that_is_a_sentence() {
        for call in REFUSED {
            assert!(call.reason.ends_with('.'), "{}: {}", call.name, call.reason);
        }
    }
}
