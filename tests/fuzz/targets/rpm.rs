//! Pairs of rpm packages.
#![no_main]

mod judged;
mod pair;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| pair::check(b"\xed\xab\xee\xdb", data));
