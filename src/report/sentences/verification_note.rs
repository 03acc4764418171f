//! What a verification could not look at, a line for each note.

use crate::verify::note::{Note, Wanted};

/// The line of one note.
#[must_use]
pub fn line(note: &Note) -> String {
    match note {
        Note::NoObserver => {
            "no script was observed: the outside has no strace; install it there".to_owned()
        }
        Note::NoObserverOn(label) => format!("{label}: its outside has no strace"),
        Note::Failed(Wanted::Normal, error) => format!("cannot observe the normal build: {error}"),
        Note::Failed(Wanted::Chrootless, error) => {
            format!("cannot observe the chrootless build: {error}")
        }
        Note::Failed(Wanted::OnAltered(label), error) => {
            format!("cannot observe the build of {label}: {error}")
        }
        Note::Failed(Wanted::Control, error) => format!("cannot make the control build: {error}"),
        Note::NoTarball => "cannot make the control build: a build had no output".to_owned(),
    }
}
