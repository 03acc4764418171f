//! The seccomp program that stops a process at the calls of [`CALLS`] and at no other.
//!
//! There is one for each [`Level`]: processes of maintainer scripts stop at more than others do. A
//! filter cannot be taken away, but added to.
//!
//! The rules of `seccompiler` cannot say which call it was, which saves the observer from asking for
//! registers. So it is assembled with [`crate::sandbox::seccomp`].

use nix::libc;
use seccompiler::sock_filter;

use crate::sandbox::seccomp::instruction::{
    MACHINE, NUMBER, allow, argument, fail, jump, jump_if_any, jump_if_equal, load, stop,
};
use crate::sandbox::seccomp::machine::{Machine, Numbers, X32, machines};
use crate::trace::calls::{CALLS, Call, CallKind, Level, WRITING};
use crate::trace::registers::Convention;

/// What a stopped process tells the observer beside a call's position: the number table is that
/// of 32-bit programs.
pub(crate) const COMPATIBLE: u16 = 0x4000;

/// The process makes calls of a machine that the observer has no table for.
pub(crate) const UNKNOWN_MACHINE: u16 = 0x8000;

/// What programs of a table of numbers tell the observer beside a call's position.
fn mark(numbers: Numbers) -> u16 {
    match numbers {
        Numbers::X86_64 | Numbers::Generic => 0,
        Numbers::I386 => COMPATIBLE,
    }
}

/// The convention of a machine's calls (`AUDIT_ARCH_*`); `None` if it is not known.
pub(crate) fn convention(audit: u32) -> Option<Convention> {
    let mut machines = machines().into_iter();
    let machine = machines.find(|machine| machine.audit == audit)?;
    Some(if mark(machine.numbers) == 0 {
        Convention::Native
    } else {
        Convention::Compatible
    })
}

/// The number of a call.
pub(crate) fn numbers(convention: Convention) -> Option<Numbers> {
    let wanted = match convention {
        Convention::Native => 0,
        Convention::Compatible => COMPATIBLE,
    };
    let mut machines = machines().into_iter();
    machines
        .find(|machine| mark(machine.numbers) == wanted)
        .map(|machine| machine.numbers)
}

/// A program as its bytes: `struct sock_filter`, in the machine's own order.
pub(crate) fn to_bytes(program: &[sock_filter]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(program.len() * 8);
    for step in program {
        bytes.extend(step.code.to_ne_bytes());
        bytes.extend([step.jt, step.jf]);
        bytes.extend(step.k.to_ne_bytes());
    }
    bytes
}

/// The program of a level; `None` if this machine's calls are not known.
pub(crate) fn program(level: Level) -> Option<Vec<sock_filter>> {
    let machines = machines();
    if machines.is_empty() {
        return None;
    }
    let mut program = vec![load(MACHINE)];
    for machine in &machines {
        let section = section(machine, level);
        // A conditional jump reaches 255 instructions; the jump behind it reaches all.
        program.push(jump_if_equal(machine.audit, 1, 0));
        program.push(jump(u32::try_from(section.len()).ok()?));
        program.extend(section);
    }
    program.push(stop(UNKNOWN_MACHINE));
    Some(program)
}

fn section(machine: &Machine, level: Level) -> Vec<sock_filter> {
    let mut section = vec![load(NUMBER)];
    if machine.numbers == Numbers::X86_64 {
        section.push(jump_if_any(X32, 0, 1));
        section.push(fail(libc::ENOSYS));
    }
    for (position, call) in CALLS.iter().enumerate() {
        let Some(number) = call.number(machine.numbers) else {
            continue;
        };
        let answers = answers(call, position, mark(machine.numbers), level);
        let Ok(length @ 1..) = u8::try_from(answers.len()) else {
            continue;
        };
        section.push(jump_if_equal(u32::from(number), 0, length));
        section.extend(answers);
    }
    section.push(allow());
    section
}

/// What is done about a call, up to an answer; nothing if it is not looked at.
fn answers(call: &Call, position: usize, mark: u16, level: Level) -> Vec<sock_filter> {
    let stop = answer(call, position, mark);
    let flags = call.flags().and_then(|flags| u32::try_from(flags).ok());
    match flags {
        _ if call.level <= level => vec![stop],
        Some(flags) if level >= Level::Changes => vec![
            load(argument(flags)),
            jump_if_any(WRITING.cast_unsigned(), 0, 1),
            stop,
            allow(),
        ],
        _ => vec![],
    }
}

fn answer(call: &Call, position: usize, mark: u16) -> sock_filter {
    match (call.kind, u16::try_from(position)) {
        (CallKind::Refuse, _) | (_, Err(_)) => fail(libc::ENOSYS),
        (_, Ok(position)) => stop(position | mark),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seccomp::instruction::evaluate;

    const X86_64: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;
    const AARCH64: u32 = 0xc000_00b7;

    /// What the program answers to a call: an interpreter of the few instructions it uses.
    fn answer_to(machine: u32, number: u32) -> u32 {
        answer_of(Level::Everything, machine, number, 0)
    }

    fn answer_of(level: Level, machine: u32, number: u32, argument: i32) -> u32 {
        let program = program(level).unwrap();
        evaluate(&program, machine, number, argument.cast_unsigned())
    }

    fn position(name: &str) -> u32 {
        let at = CALLS.iter().position(|call| call.name == name).unwrap();
        u32::try_from(at).unwrap()
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_process_stops_at_the_calls_of_the_table_and_at_no_other() {
        let trace = libc::SECCOMP_RET_TRACE;
        let (read, unlink, newfstatat, io_uring_setup) = (0, 87, 262, 425);
        assert_eq!(answer_to(X86_64, unlink), trace | position("unlink"));
        assert_eq!(answer_to(X86_64, 257), trace | position("openat"));
        assert_eq!(answer_to(X86_64, read), libc::SECCOMP_RET_ALLOW);
        assert_eq!(answer_to(X86_64, newfstatat), libc::SECCOMP_RET_ALLOW);
        let refused = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
        assert_eq!(answer_to(X86_64, io_uring_setup), refused);
        assert_eq!(answer_to(X86_64, X32 | unlink), refused);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_program_of_another_machine_stops_with_its_own_numbers_or_is_unknown() {
        let trace = libc::SECCOMP_RET_TRACE;
        let unlink = trace | u32::from(COMPATIBLE) | position("unlink");
        assert_eq!(answer_to(I386, 10), unlink);
        assert_eq!(answer_to(I386, 87), libc::SECCOMP_RET_ALLOW);
        assert_eq!(answer_to(AARCH64, 10), trace | u32::from(UNKNOWN_MACHINE));
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_process_of_no_script_stops_where_it_becomes_another_program() {
        let (unlink, execve) = (87, 59);
        let trace = libc::SECCOMP_RET_TRACE;
        assert_eq!(
            answer_of(Level::Programs, X86_64, unlink, 0),
            libc::SECCOMP_RET_ALLOW
        );
        assert_eq!(
            answer_of(Level::Programs, X86_64, execve, 0),
            trace | position("execve")
        );
        let opening = |flags| answer_of(Level::Programs, X86_64, 257, flags);
        assert_eq!(opening(libc::O_WRONLY), libc::SECCOMP_RET_ALLOW);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_process_that_stops_at_changes_opens_for_reading_without_a_stop() {
        let (openat, unlink, newfstatat) = (257, 87, 262);
        let answer = |number, flags| answer_of(Level::Changes, X86_64, number, flags);
        let stops = |call| libc::SECCOMP_RET_TRACE | position(call);
        assert_eq!(answer(openat, libc::O_RDONLY), libc::SECCOMP_RET_ALLOW);
        assert_eq!(answer(openat, libc::O_CLOEXEC), libc::SECCOMP_RET_ALLOW);
        assert_eq!(answer(openat, libc::O_RDWR), stops("openat"));
        assert_eq!(answer(openat, libc::O_CREAT), stops("openat"));
        assert_eq!(answer(openat, libc::O_TRUNC), stops("openat"));
        assert_eq!(answer(unlink, 0), stops("unlink"));
        let [rmdir, fchown, utimensat, chown] = [84, 93, 280, 92].map(|call| answer(call, 0));
        assert_eq!([rmdir, fchown, utimensat], [libc::SECCOMP_RET_ALLOW; 3]);
        assert_eq!(chown, stops("chown"));
        assert_eq!(answer(newfstatat, 0), libc::SECCOMP_RET_ALLOW);
    }

    /// Of two filters that stop a process, one alone tells why.
    #[test]
    fn no_call_that_an_observer_has_fail_is_one_that_it_looks_at() {
        use crate::sandbox::seccomp::refused::{REFUSED, TOLD};
        let told = REFUSED.iter().filter(|call| call.is_told());
        let both: Vec<&str> = told
            .map(|refused| refused.name)
            .filter(|name| CALLS.iter().any(|call| call.name == *name))
            .collect();
        assert_eq!(both, Vec::<&str>::new());
        assert!(CALLS.len() < usize::from(TOLD) && REFUSED.len() < usize::from(TOLD));
    }

    #[test]
    fn the_program_fits_into_the_kernels_limit() {
        assert!(program(Level::Everything).unwrap().len() < 4096);
    }
}
