//! The registers in which a stopped process has the number, the arguments and the result of its
//! system call (syscall(2), "Architecture calling conventions").

use nix::errno::Errno;
use nix::libc::user_regs_struct;
use nix::sys::ptrace;
use nix::unistd::Pid;

/// How a program calls the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    /// As the kernel's own machine does.
    Native,
    /// As a 32-bit program on a 64-bit kernel.
    Compatible,
}

/// A system call of a stopped process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registers {
    registers: user_regs_struct,
    convention: Convention,
}

impl Convention {
    /// Bytes of an address.
    pub(crate) fn address_size(self) -> usize {
        match self {
            Self::Native => size_of::<usize>(),
            Self::Compatible => 4,
        }
    }
}

impl Registers {
    /// Of a process that stopped at a call.
    ///
    /// # Errors
    /// `ESRCH`: the process was killed.
    pub(crate) fn of(process: Pid, convention: Convention) -> Result<Self, Errno> {
        Ok(Self {
            registers: ptrace::getregs(process)?,
            convention,
        })
    }

    /// The same process, about to make another call by executing the instruction of its last one
    /// again. It must have just returned from that.
    pub(crate) fn calling(&self, number: u16, arguments: [u64; 3]) -> Self {
        let mut registers = *self;
        registers.call_again(u64::from(number), arguments);
        registers
    }

    /// The same process, whose call is not made and fails with this error. It must be at the
    /// beginning of the call.
    pub(crate) fn failing(&self, error: i32) -> Self {
        let mut registers = *self;
        registers.skip_call(error);
        registers
    }

    /// Gives them to the process.
    ///
    /// # Errors
    /// `ESRCH`: the process was killed.
    pub(crate) fn set(&self, process: Pid) -> Result<(), Errno> {
        ptrace::setregs(process, self.registers)
    }

    /// An argument, from 0 to 5.
    pub(crate) fn argument(&self, position: usize) -> u64 {
        let arguments = self.arguments();
        let value = arguments.get(position).copied().unwrap_or_default();
        match self.convention {
            Convention::Native => value,
            Convention::Compatible => value & 0xffff_ffff,
        }
    }

    /// An argument that is an `int`, an `unsigned int` or a `mode_t`.
    pub(crate) fn int(&self, position: usize) -> i32 {
        let [a, b, c, d, ..] = self.argument(position).to_le_bytes();
        i32::from_le_bytes([a, b, c, d])
    }

    /// What the call returned, or the error's number.
    pub(crate) fn result(&self) -> Result<i64, i32> {
        let value = self.returned();
        // linux/err.h, MAX_ERRNO.
        match i32::try_from(value) {
            Ok(negative @ -4095..=-1) => Err(-negative),
            _ => Ok(value),
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Registers {
    fn arguments(&self) -> [u64; 6] {
        let r = &self.registers;
        match self.convention {
            Convention::Native => [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9],
            Convention::Compatible => [r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp],
        }
    }

    /// The call's number.
    pub(crate) fn number(&self) -> u64 {
        self.registers.orig_rax
    }

    fn returned(&self) -> i64 {
        let value = self.registers.rax;
        match self.convention {
            Convention::Native => value.cast_signed(),
            Convention::Compatible => {
                let [a, b, c, d, ..] = value.to_le_bytes();
                i64::from(i32::from_le_bytes([a, b, c, d]))
            }
        }
    }

    /// The top of the stack; below it are 128 bytes that a program may use (System V ABI).
    pub(crate) fn stack(&self) -> u64 {
        self.registers.rsp
    }

    /// `syscall` and `int $0x80` have two bytes. Without a number in `orig_rax` the kernel takes
    /// nothing for a call to be begun again.
    fn call_again(&mut self, number: u64, [first, second, third]: [u64; 3]) {
        let r = &mut self.registers;
        r.rip = r.rip.wrapping_sub(2);
        (r.rax, r.orig_rax) = (number, u64::MAX);
        match self.convention {
            Convention::Native => (r.rdi, r.rsi, r.rdx) = (first, second, third),
            Convention::Compatible => (r.rbx, r.rcx, r.rdx) = (first, second, third),
        }
    }

    /// Without a number in `orig_rax` the kernel makes no call, and leaves `rax` as it is.
    fn skip_call(&mut self, error: i32) {
        let r = &mut self.registers;
        (r.orig_rax, r.rax) = (u64::MAX, (-i64::from(error)).cast_unsigned());
    }
}

#[cfg(target_arch = "aarch64")]
impl Registers {
    fn arguments(&self) -> [u64; 6] {
        let [a, b, c, d, e, f, ..] = self.registers.regs;
        [a, b, c, d, e, f]
    }

    /// The call's number.
    pub(crate) fn number(&self) -> u64 {
        self.registers.regs[8]
    }

    fn returned(&self) -> i64 {
        self.registers.regs[0].cast_signed()
    }

    /// The top of the stack.
    pub(crate) fn stack(&self) -> u64 {
        self.registers.sp
    }

    /// `svc` has four bytes.
    fn call_again(&mut self, number: u64, [first, second, third]: [u64; 3]) {
        let r = &mut self.registers;
        r.pc = r.pc.wrapping_sub(4);
        (r.regs[8], r.regs[0], r.regs[1], r.regs[2]) = (number, first, second, third);
    }

    /// The kernel keeps the number elsewhere, so that no observer is told of such a call here
    /// ([`crate::sandbox::seccomp::refused::RefusedCall::is_told`]).
    fn skip_call(&mut self, error: i32) {
        self.registers.regs[0] = (-i64::from(error)).cast_unsigned();
    }
}

#[cfg(target_arch = "riscv64")]
impl Registers {
    fn arguments(&self) -> [u64; 6] {
        let r = &self.registers;
        [r.a0, r.a1, r.a2, r.a3, r.a4, r.a5]
    }

    /// The call's number.
    pub(crate) fn number(&self) -> u64 {
        self.registers.a7
    }

    fn returned(&self) -> i64 {
        self.registers.a0.cast_signed()
    }

    /// The top of the stack.
    pub(crate) fn stack(&self) -> u64 {
        self.registers.sp
    }

    /// `ecall` has four bytes.
    fn call_again(&mut self, number: u64, [first, second, third]: [u64; 3]) {
        let r = &mut self.registers;
        r.pc = r.pc.wrapping_sub(4);
        (r.a7, r.a0, r.a1, r.a2) = (number, first, second, third);
    }

    /// No observer is told of such a call here
    /// ([`crate::sandbox::seccomp::refused::RefusedCall::is_told`]).
    fn skip_call(&mut self, error: i32) {
        let r = &mut self.registers;
        (r.a7, r.a0) = (u64::MAX, (-i64::from(error)).cast_unsigned());
    }
}
