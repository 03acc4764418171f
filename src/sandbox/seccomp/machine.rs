//! The machines whose programs a kernel runs, and their tables of system calls.

/// A table of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// x86_64.
    X86_64,
    /// i386, whose programs an x86_64 kernel runs too.
    I386,
    /// aarch64, riscv64.
    Generic,
}

/// A machine's programs, and the numbers of their calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Machine {
    /// `AUDIT_ARCH_*` of linux/audit.h.
    pub(crate) audit: u32,
    /// Its table.
    pub(crate) numbers: Numbers,
}

/// Marks the calls of x32, which no Debian architecture in the archive uses (x86_64 kernel,
/// `__X32_SYSCALL_BIT`).
pub(crate) const X32: u32 = 0x4000_0000;

const X86_64: u32 = 0xc000_003e;
const I386: u32 = 0x4000_0003;
const AARCH64: u32 = 0xc000_00b7;
const RISCV64: u32 = 0xc000_00f3;

/// The machines whose programs this kernel may run and whose calls are known, its own first.
pub(crate) fn machines() -> Vec<Machine> {
    let machine = |audit, numbers| Machine { audit, numbers };
    if cfg!(target_arch = "x86_64") {
        vec![
            machine(X86_64, Numbers::X86_64),
            machine(I386, Numbers::I386),
        ]
    } else if cfg!(target_arch = "aarch64") {
        vec![machine(AARCH64, Numbers::Generic)]
    } else if cfg!(target_arch = "riscv64") {
        vec![machine(RISCV64, Numbers::Generic)]
    } else {
        vec![]
    }
}

/// Stands for a call that a table does not have.
pub(crate) const NONE: u16 = u16::MAX;

/// A call's numbers in the tables x86_64, i386 and generic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallNumbers(pub(crate) [u16; 3]);

impl CallNumbers {
    /// The number in one table, if it has the call.
    pub(crate) fn of(self, numbers: Numbers) -> Option<u16> {
        let [x86_64, i386, generic] = self.0;
        let number = match numbers {
            Numbers::X86_64 => x86_64,
            Numbers::I386 => i386,
            Numbers::Generic => generic,
        };
        (number != NONE).then_some(number)
    }
}
