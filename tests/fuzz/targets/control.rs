//! Control files in clear signatures: names stay in one directory, lists have an end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twinroot::debian::clearsign::without_signature;
use twinroot::debian::file_list::{is_control_file, listed_files};

fuzz_target!(|data: &[u8]| {
    let signed = without_signature(data);
    assert!(signed.text.len() + signed.signature.len() <= data.len() + 1);
    let _ = is_control_file(data);
    let list = listed_files(data);
    assert!(list.files.len() <= 10_000);
    for name in list.files.keys() {
        assert!(!name.is_empty() && !name.contains(&b'/') && !matches!(&name[..], b"." | b".."));
    }
});
