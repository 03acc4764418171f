//! pax records: what is split off makes up the data again, byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twinroot::tar::{Timestamp, pax_field, records};

fuzz_target!(|data: &[u8]| {
    if let Ok(list) = records(data) {
        let joined: Vec<u8> = list.iter().flat_map(|record| record.raw.iter().copied()).collect();
        assert_eq!(joined, data);
        for record in list {
            let _ = pax_field(record.key);
            let _ = Timestamp::from_pax(record.value).to_string();
        }
    }
});
