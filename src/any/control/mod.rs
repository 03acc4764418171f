//! Two Debian control files (`.changes`, `.dsc`, `.buildinfo`) and the files that they list.
//!
//! The control files are compared as contents, by their fields. Each file that both list and that
//! lies beside both is compared with its partner, byte by byte if the lists agree too. A control
//! file that is listed is compared by its fields: what it lists is left alone, so no list leads
//! round in a circle.

pub(crate) mod beside;
pub(crate) mod pairing;

use std::io;
use std::io::Read as _;

use crate::any::control::beside::{Beside, is_as_listed};
use crate::any::control::pairing::{Pair, pairs};
use crate::any::dispatch;
use crate::any::files::{either, equal_or_first, regular_pair};
use crate::any::merge::Whole;
use crate::any::named::Named;
use crate::any::peek::{Held, Peeked, peek};
use crate::any::way::{Way, way};
use crate::compare::comparison::Comparison;
use crate::compare::error::Error;
use crate::compare::note::{ListProblem, Note};
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::debian::file_list::{FileList, ListedFile, listed_files};
use crate::input::read_at::RegularFile;
use crate::input::source::{InputError, Opened, Source, SourceKind, open_file};

/// Largest part of a control file that is read for its list, in bytes. The largest one of Debian
/// has some hundred KiB.
const CONTROL: u64 = 16 << 20;

/// Compares two control files. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let kinds = Sides {
        left: peeked.left.kind,
        right: peeked.right.kind,
    };
    let controls = match regular_pair(names, peeked, options) {
        Ok(controls) => controls,
        Err(error) => {
            comparison.trouble = Some(error);
            return comparison;
        }
    };
    let lists = match (list(&controls.left), list(&controls.right)) {
        (Ok(left), Ok(right)) => Sides { left, right },
        (Err(error), _) | (_, Err(error)) => {
            comparison.trouble = Some(either(names, error));
            return comparison;
        }
    };
    let again = |file: RegularFile, kind| Peeked {
        held: Held::Bytes(Opened::Plain(file)),
        kind,
    };
    let peeked = Sides {
        left: again(controls.left, kinds.left),
        right: again(controls.right, kinds.right),
    };
    let found = dispatch::compare(Way::Controls, comparison, names, peeked, options, progress);
    let mut listed = Listed {
        names,
        beside: Sides {
            left: Beside::new(&names.left),
            right: Beside::new(&names.right),
        },
        absent: Sides { left: 0, right: 0 },
        mislisted: Sides { left: 0, right: 0 },
        whole: Whole::new(found, options),
    };
    for pair in pairs(&lists.left.files, &lists.right.files) {
        listed.compare(&pair);
    }
    listed.finish(&lists)
}

fn list(file: &RegularFile) -> io::Result<FileList> {
    let mut text = Vec::new();
    let mut reader = file.file.try_clone()?;
    let _ = reader.by_ref().take(CONTROL).read_to_end(&mut text)?;
    crate::compare::rewind(&reader)?;
    let mut list = listed_files(&text);
    list.is_cut |= file.length > CONTROL;
    Ok(list)
}

/// The comparison of listed files, as far as it is done.
struct Listed<'names> {
    names: &'names Sides<Named>,
    beside: Sides<Beside>,
    absent: Sides<u64>,
    mislisted: Sides<u64>,
    whole: Whole,
}

impl Listed<'_> {
    fn compare(&mut self, pair: &Pair<'_>) {
        let left = self.look(Side::Left, pair.left);
        let right = self.look(Side::Right, pair.right);
        let (Some((name, left)), Some((other, right))) = (left, right) else {
            return;
        };
        let files = Sides { left, right };
        let names = Sides {
            left: self.source_name(Side::Left, name),
            right: self.source_name(Side::Right, other),
        };
        match equal_or_first(&files, &|_| {}) {
            Ok(None) => {}
            Ok(Some(_)) => self.compare_files(name, &names, files),
            Err(error) => self.trouble(Error::Either {
                inputs: names,
                error: error.into(),
            }),
        }
    }

    /// Opens a listed file and checks it; `None` if there is nothing to compare.
    fn look<'list>(
        &mut self,
        side: Side,
        listed: Option<(&'list [u8], &ListedFile)>,
    ) -> Option<(&'list [u8], RegularFile)> {
        let (name, facts) = listed?;
        let beside = self.beside.of(side);
        if beside.is_own(name) {
            return None;
        }
        let opened = beside.open(name).and_then(|file| match file {
            Some(file) => is_as_listed(&file, facts).map(|is_right| Some((file, is_right))),
            None => Ok(None),
        });
        match opened {
            Ok(Some((file, is_right))) => {
                *of_mut(&mut self.mislisted, side) += u64::from(!is_right);
                Some((name, file))
            }
            Ok(None) => {
                *of_mut(&mut self.absent, side) += 1;
                None
            }
            Err(error) => {
                self.trouble(Error::Open {
                    side,
                    input: self.source_name(side, name),
                    error: InputError::Io(error),
                });
                None
            }
        }
    }

    /// Compares two listed files that differ, as what they are.
    fn compare_files(&mut self, name: &[u8], names: &Sides<String>, files: Sides<RegularFile>) {
        let source = |side: Side, file: RegularFile| {
            open_file(file.file).map(|opened| Source {
                label: self.names.of(side).label.clone(),
                name: names.of(side).clone(),
                kind: SourceKind::Opened(opened),
            })
        };
        let sources = (
            source(Side::Left, files.left),
            source(Side::Right, files.right),
        );
        let (left, right) = match sources {
            (Ok(left), Ok(right)) => (left, right),
            (Err(error), _) => return self.unopened(Side::Left, names, error),
            (_, Err(error)) => return self.unopened(Side::Right, names, error),
        };
        let begun = Comparison::begun(&left, &right);
        let named = |source: &Source| Named {
            path: name.to_vec(),
            ..Named::new(source)
        };
        let named = Sides {
            left: named(&left),
            right: named(&right),
        };
        let peeked = match (peek(left.kind), peek(right.kind)) {
            (Ok(left), Ok(right)) => Sides { left, right },
            (Err(error), _) => return self.unopened(Side::Left, names, error),
            (_, Err(error)) => return self.unopened(Side::Right, names, error),
        };
        let kinds = Sides {
            left: peeked.left.kind,
            right: peeked.right.kind,
        };
        let way = match way(kinds) {
            Ok(way) => way,
            Err(refusal) => {
                let input = names.of(refusal.side).clone();
                return self.trouble(Error::Refused { input, refusal });
            }
        };
        // A file without entries has its own name as path.
        let part = match way {
            Way::Files | Way::Controls => b"",
            _ => name,
        };
        let options = self.whole.options_of(part);
        let found = dispatch::compare(way, begun, &named, peeked, &options, &|_| {});
        self.whole.add(part, found);
    }

    fn unopened(&mut self, side: Side, names: &Sides<String>, error: InputError) {
        let input = names.of(side).clone();
        self.trouble(Error::Open { side, input, error });
    }

    fn source_name(&self, side: Side, name: &[u8]) -> String {
        let path = self.beside.of(side).path(name);
        bstr::BStr::new(path.as_os_str().as_encoded_bytes()).to_string()
    }

    /// The first one counts.
    fn trouble(&mut self, error: Error) {
        let trouble = &mut self.whole.comparison.trouble;
        trouble.get_or_insert(Error::Part(Box::new(error)));
    }

    /// The whole comparison, with notes on what was not compared.
    fn finish(mut self, lists: &Sides<FileList>) -> Comparison {
        for side in [Side::Left, Side::Right] {
            let list = lists.of(side);
            let problems = [
                ListProblem::Absent(*self.absent.of(side)),
                ListProblem::Mislisted(*self.mislisted.of(side)),
            ];
            let mut problems = problems.to_vec();
            problems.retain(|problem| {
                !matches!(problem, ListProblem::Absent(0) | ListProblem::Mislisted(0))
            });
            problems.extend(list.is_cut.then_some(ListProblem::Cut));
            let notes = problems
                .into_iter()
                .map(|problem| Note::Listed { side, problem });
            self.whole.comparison.notes.extend(notes);
            if let Some(name) = &list.refused {
                let input = self.names.of(side).name.clone();
                let name = name.clone();
                self.trouble(Error::Listed { input, name });
            }
        }
        self.whole.finish()
    }
}

fn of_mut<T>(sides: &mut Sides<T>, side: Side) -> &mut T {
    match side {
        Side::Left => &mut sides.left,
        Side::Right => &mut sides.right,
    }
}
