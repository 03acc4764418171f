//! Why a maintainer script fails chrootless, in words.

use crate::explain::failure::{Account, AccountKind, FailureCause, FileLine};
use crate::text::quote;

/// The cause in one line.
#[must_use]
pub fn reason(cause: &FailureCause) -> String {
    match cause {
        FailureCause::OnlyInside(one) => {
            format!("the chroots have the {}, the outside has not", account(one))
        }
        FailureCause::OnlyInNormal(one) => format!(
            "the chroot of the normal build has the {}; the chrootless one has not, and the outside had not when the build began",
            account(one)
        ),
        FailureCause::NotOutside(one) => format!("the outside has no {}", account(one)),
        FailureCause::NoProgram { program } => {
            format!("the outside has no program {}", quote(program.as_bytes()))
        }
        FailureCause::NoFile { path } => format!("the outside has no {}", quote(path.as_bytes())),
        FailureCause::NoFileInside { path } => format!(
            "the chroot had no {} when the script ran",
            quote(path.as_bytes())
        ),
        FailureCause::OutsideTool(FileLine { path, number }) => format!(
            "the outside's tool does not understand the chroot's {}, line {number}, and the \
             chroot's own tool does",
            quote(path.as_bytes())
        ),
        FailureCause::ReadOnly => "what it wanted to write is read-only".to_owned(),
        FailureCause::RefusesRoot => "by its own words, DPKG_ROOT is why it gives up".to_owned(),
        FailureCause::Unknown => "why it fails is not known".to_owned(),
    }
}

fn account(account: &Account) -> String {
    let kind = match account.kind {
        AccountKind::User => "user",
        AccountKind::Group => "group",
    };
    format!("{kind} {}", quote(account.name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_a_sentence() {
        let group = || Account {
            kind: AccountKind::Group,
            name: "crontab".to_owned(),
        };
        let cases = [
            (
                FailureCause::OnlyInside(group()),
                "the chroots have the group crontab, the outside has not",
            ),
            (
                FailureCause::NotOutside(group()),
                "the outside has no group crontab",
            ),
            (
                FailureCause::NoProgram {
                    program: "tool".to_owned(),
                },
                "the outside has no program tool",
            ),
            (
                FailureCause::NoFileInside {
                    path: "/x".to_owned(),
                },
                "the chroot had no /x when the script ran",
            ),
            (
                FailureCause::OutsideTool(FileLine {
                    path: "/usr/lib/sysusers.d/x.conf".to_owned(),
                    number: 3,
                }),
                "the outside's tool does not understand the chroot's /usr/lib/sysusers.d/x.conf, \
                 line 3, and the chroot's own tool does",
            ),
        ];
        for (cause, expected) in cases {
            assert_eq!(reason(&cause), expected);
        }
    }
}
