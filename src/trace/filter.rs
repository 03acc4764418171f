//! The seccomp program that stops a process at the calls of [`CALLS`] and at no other.
//!
//! There are two: every process stops where it starts another program, and processes of maintainer
//! scripts at all that may change something. A filter cannot be taken away, but added to.
//!
//! The rules of `seccompiler` cannot say which call it was, which saves the observer from asking for
//! registers. So it is assembled with [`crate::sandbox::seccomp`].

use nix::libc;
use seccompiler::sock_filter;

use crate::sandbox::seccomp::instruction::{
    MACHINE, NUMBER, allow, fail, jump, jump_if_any, jump_if_equal, load, stop,
};
use crate::sandbox::seccomp::machine::{Machine, Numbers, X32, machines};
use crate::trace::calls::{CALLS, Call, CallKind, Stops};
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

/// The program that stops these processes; `None` if this machine's calls are not known.
pub(crate) fn program(stops: Stops) -> Option<Vec<sock_filter>> {
    let machines = machines();
    if machines.is_empty() {
        return None;
    }
    let mut program = vec![load(MACHINE)];
    for machine in &machines {
        let section = section(machine, stops);
        // A conditional jump reaches 255 instructions; the jump behind it reaches all.
        program.push(jump_if_equal(machine.audit, 1, 0));
        program.push(jump(u32::try_from(section.len()).ok()?));
        program.extend(section);
    }
    program.push(stop(UNKNOWN_MACHINE));
    Some(program)
}

fn section(machine: &Machine, stops: Stops) -> Vec<sock_filter> {
    let mut section = vec![load(NUMBER)];
    if machine.numbers == Numbers::X86_64 {
        section.push(jump_if_any(X32, 0, 1));
        section.push(fail(libc::ENOSYS));
    }
    for (position, call) in CALLS.iter().enumerate() {
        let number = call.number(machine.numbers);
        let Some(number) = number.filter(|_| call.stops <= stops) else {
            continue;
        };
        section.push(jump_if_equal(u32::from(number), 0, 1));
        section.push(answer(call, position, mark(machine.numbers)));
    }
    section.push(allow());
    section
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
        answer_of(Stops::OfScripts, machine, number)
    }

    fn answer_of(stops: Stops, machine: u32, number: u32) -> u32 {
        let program = program(stops).unwrap();
        evaluate(&program, machine, number, 0)
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
            answer_of(Stops::All, X86_64, unlink),
            libc::SECCOMP_RET_ALLOW
        );
        assert_eq!(
            answer_of(Stops::All, X86_64, execve),
            trace | position("execve")
        );
    }

    #[test]
    fn the_program_fits_into_the_kernels_limit() {
        assert!(program(Stops::OfScripts).unwrap().len() < 4096);
    }
}
