//! All integration tests, in one binary: modules by subject, each with a table of its tests.
//!
//! A test that is in no table is dead code, which the lints of CI refuse; so is a table that
//! is not part of `TABLES`. A test whose needs this machine does not meet is listed as `ignored`,
//! with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::too_many_lines,
    clippy::disallowed_methods,
    reason = "a test stops at what it does not expect"
)]

#[macro_use]
mod support;

mod archive;
mod attacks;
mod compare;
mod diffoscope;
mod doctor;
mod explain;
mod goldens;
mod hostile_words;
mod known;
mod layers;
mod layout;
mod observer;
mod readme;
mod render;
mod verify;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use crate::support::harness::Test;

/// The tables of all modules. The slow tests come first, so that the others run beside them.
const TABLES: &[&[&[Test]]] = &[
    archive::TABLES,
    &[readme::TESTS],
    verify::TABLES,
    &[observer::TESTS],
    &[attacks::TESTS],
    compare::TABLES,
    diffoscope::TABLES,
    explain::TABLES,
    &[doctor::TESTS],
    &[goldens::TESTS],
    &[hostile_words::TESTS],
    &[known::TESTS],
    &[render::TESTS],
    &[layers::TESTS],
    &[layout::TESTS],
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests = TABLES.iter().copied().flatten().copied().flatten();
    libtest_mimic::run(&arguments, tests.map(Test::trial).collect()).exit_code()
}
