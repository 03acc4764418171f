//! Containers: every decoder ends, with bytes or an error, however short the reads are.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use twinroot::input::{Decoder, Digesting, describe_header, sniff};

fuzz_target!(|data: &[u8]| {
    let container = sniff(data);
    let _ = describe_header(container, data);
    let mut decoder = Decoder::new(data, container, 20, Digesting::On);
    let mut buffer = [0; 4096];
    let mut total = 0;
    while let Ok(read @ 1..) = decoder.read(&mut buffer) {
        total += read;
        if total > 8 << 20 {
            return;
        }
    }
});
