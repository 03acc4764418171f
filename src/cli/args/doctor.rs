//! Help of `twinroot doctor`, which has no arguments.

use crate::cli::args::manual::{Manual, exit};

/// What the command does.
pub(crate) const ABOUT: &str = "\
Check this machine and print the command that fixes each problem

Each line is about one program, option or part of the machine. It starts with `ok`, with `weak` if \
only some options need what is missing, or with `FAIL` if no build works without it. The \
command changes nothing.";

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "`verify` and `build` can run here"),
        exit(
            2,
            "Something that every build needs is missing; standard error names the first such thing",
        ),
    ],
    examples: &[],
};
