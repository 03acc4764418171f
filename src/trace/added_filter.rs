//! Has a maintainer script's process take the filter for scripts, before it has done anything.
//!
//! A process can be given a filter by itself alone. When the script's shell has returned from its
//! first call, which its dynamic linker makes, it is made to execute the same instruction once
//! more, for seccomp(2); then it gets its registers back. All that it starts inherits the filter,
//! and what dpkg does itself runs freely: that is nearly all of a build.

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use crate::trace::calls::Level;
use crate::trace::filter;
use crate::trace::memory::Memory;
use crate::trace::registers::{Convention, Registers};

/// Below the top of the stack, beyond what a program may use there. A new program's stack has 128
/// KiB (fs/exec.c, `setup_arg_pages`).
const BELOW_STACK: u64 = 16 << 10;

/// A thread that makes a call for the observer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Borrowed {
    /// Its registers, to be given back.
    registers: Registers,
}

impl Borrowed {
    /// Has a thread that has just returned from a call add the filter.
    ///
    /// # Errors
    /// The thread was killed, or has no room on its stack.
    pub(crate) fn begin(thread: Pid, convention: Convention) -> Result<Self, Errno> {
        let registers = Registers::of(thread, convention)?;
        let program = filter::program(Level::Everything).ok_or(Errno::ENOSYS)?;
        let length = u16::try_from(program.len()).map_err(|_| Errno::E2BIG)?;
        let description = registers.stack().saturating_sub(BELOW_STACK) & !0xf;
        let address = description + 16;
        let mut bytes = description_of(length, address, convention);
        bytes.resize(16, 0);
        bytes.extend(filter::to_bytes(&program));
        Memory::new(thread, convention.address_size()).write(description, &bytes)?;
        let operation = u64::from(libc::SECCOMP_SET_MODE_FILTER);
        let call = registers.calling(number(convention), [operation, 0, description]);
        call.set(thread)?;
        Ok(Self { registers })
    }

    /// Gives the thread its registers back, which has returned from that call.
    ///
    /// # Errors
    /// The filter was refused, or the thread was killed.
    pub(crate) fn end(self, thread: Pid, convention: Convention) -> Result<(), Errno> {
        let result = Registers::of(thread, convention)?.result();
        self.registers.set(thread)?;
        result.map(drop).map_err(Errno::from_raw)
    }
}

/// `struct sock_fprog`: a length of two bytes, and an address at the next multiple of its size.
fn description_of(length: u16, address: u64, convention: Convention) -> Vec<u8> {
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.resize(convention.address_size(), 0);
    match convention {
        Convention::Native => bytes.extend(address.to_ne_bytes()),
        Convention::Compatible => {
            let [a, b, c, d, ..] = address.to_le_bytes();
            bytes.extend([a, b, c, d]);
        }
    }
    bytes
}

/// The number of seccomp(2).
fn number(convention: Convention) -> u16 {
    match (convention, cfg!(target_arch = "x86_64")) {
        (Convention::Native, true) => 317,
        (Convention::Compatible, _) => 354,
        (Convention::Native, false) => 277,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_of_a_program_is_laid_out_as_the_kernel_reads_it() {
        let native = description_of(3, 0x1122, Convention::Native);
        assert_eq!(
            native,
            [3, 0, 0, 0, 0, 0, 0, 0, 0x22, 0x11, 0, 0, 0, 0, 0, 0]
        );
        let compatible = description_of(3, 0x1122, Convention::Compatible);
        assert_eq!(compatible, [3, 0, 0, 0, 0x22, 0x11, 0, 0]);
    }
}
