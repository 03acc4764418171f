//! One test as data: its name, its function, and what it needs of the machine.

use libtest_mimic::{Completion, Failed, Trial};

use crate::support::needs::{Need, must_run};

/// A row of a module's table.
#[derive(Debug)]
pub(crate) struct Test {
    /// Module path and function, `it::compare::fields::name_of_the_test`.
    pub(crate) path: &'static str,
    /// The test itself, which panics when it fails.
    pub(crate) run: fn(),
    /// The test is ignored on a machine that does not meet all of these.
    pub(crate) needs: &'static [Need],
}

/// A row of a table: the function's name, and optionally what it needs.
macro_rules! test {
    ($name:ident) => {
        test!($name, needs: [])
    };
    ($name:ident, needs: [$($need:ident $(($argument:literal))?),*]) => {
        $crate::support::harness::Test {
            path: concat!(module_path!(), "::", stringify!($name)),
            run: $name,
            needs: &[$($crate::support::needs::Need::$need $(($argument))?),*],
        }
    };
}

impl Test {
    pub(crate) fn trial(&'static self) -> Trial {
        let name = self.path.trim_start_matches("it::");
        Trial::ignorable_test(name, || self.outcome())
    }

    fn outcome(&self) -> Result<Completion, Failed> {
        let missing = self.needs.iter().find_map(|need| need.missing());
        match missing {
            None => {
                (self.run)();
                Ok(Completion::Completed)
            }
            Some(reason) if must_run() => Err(format!("this test must run, but: {reason}").into()),
            Some(reason) => Ok(Completion::ignored_with(reason)),
        }
    }
}
