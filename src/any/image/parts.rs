//! Manifests, configurations and layers of two images, paired by position and compared.

use std::io;
use std::io::{Cursor, Read};

use crate::any::files::entry_of;
use crate::any::image::layout::Image;
use crate::any::image::store::Store;
use crate::any::named::Named;
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::compare::side::{Side, Sides};
use crate::input::source::{Source, SourceKind};

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    /// A manifest or a configuration: JSON.
    Document,
    /// An archive.
    Layer,
}

/// A part of both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// What stands before the path of what differs in it: `layers/1`.
    pub(crate) name: Vec<u8>,
    pub(crate) kind: PartKind,
    /// The file on the left.
    pub(crate) left: String,
    /// The file on the right.
    pub(crate) right: String,
}

impl Part {
    /// The file of one side.
    fn of(&self, side: Side) -> &str {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

/// Pairs the parts by position. A part is named after its image if there are several.
pub(crate) fn parts(left: &[Image], right: &[Image]) -> Vec<Part> {
    let several = left.len() > 1 || right.len() > 1;
    let mut found = Vec::new();
    for (number, (left, right)) in left.iter().zip(right).enumerate() {
        let image = if several {
            format!("images/{}/", number + 1)
        } else {
            String::new()
        };
        let mut push = |name: String, kind, left: &String, right: &String| {
            if left != right {
                found.push(Part {
                    name: format!("{image}{name}").into_bytes(),
                    kind,
                    left: left.clone(),
                    right: right.clone(),
                });
            }
        };
        if let (Some(left), Some(right)) = (&left.manifest, &right.manifest) {
            push("manifest".to_owned(), PartKind::Document, left, right);
        }
        if let (Some(left), Some(right)) = (&left.config, &right.config) {
            push("config".to_owned(), PartKind::Document, left, right);
        }
        for (at, (left, right)) in left.layers.iter().zip(&right.layers).enumerate() {
            push(format!("layers/{}", at + 1), PartKind::Layer, left, right);
        }
    }
    found
}

/// Compares a part of both images; `None` if it is missing on one side, or cannot be read as what
/// it should be.
///
/// # Errors
/// The operating system's.
pub(crate) fn compare_part(
    part: &Part,
    names: &Sides<Named>,
    stores: &Sides<Store>,
    options: &Options,
) -> io::Result<Option<Comparison>> {
    let (Some(left), Some(right)) = (
        stream(part, Side::Left, stores)?,
        stream(part, Side::Right, stores)?,
    ) else {
        return Ok(None);
    };
    let source = |side: Side, stream: Box<dyn Read + Send>| Source {
        label: names.of(side).label.clone(),
        name: format!("{}: {}", names.of(side).name, part.of(side)),
        kind: SourceKind::Stream(stream),
    };
    let left = source(Side::Left, left);
    let right = source(Side::Right, right);
    let found = compare_archives(left, right, options, &|_| {});
    let is_clear = found.trouble.is_none();
    Ok(is_clear.then_some(found))
}

/// The part as an archive: a document is its only entry.
fn stream(
    part: &Part,
    side: Side,
    stores: &Sides<Store>,
) -> io::Result<Option<Box<dyn Read + Send>>> {
    let store = stores.of(side);
    Ok(match part.kind {
        PartKind::Layer => store.open(part.of(side))?,
        PartKind::Document => store.document(part.of(side))?.map(|bytes| {
            let size = bytes.len() as u64;
            let content = Cursor::new(bytes);
            let entry: Box<dyn Read + Send> = Box::new(entry_of(b"json", size, content));
            entry
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(config: &str, layers: &[&str]) -> Image {
        Image {
            manifest: None,
            config: Some(config.to_owned()),
            layers: layers.iter().map(|layer| (*layer).to_owned()).collect(),
        }
    }

    #[test]
    fn parts_pair_by_position_and_equal_ones_are_no_pair() {
        let left = [image("c1", &["a", "b", "d"])];
        let right = [image("c2", &["a", "c"])];
        let part = |name: &str, kind, left: &str, right: &str| Part {
            name: name.into(),
            kind,
            left: left.to_owned(),
            right: right.to_owned(),
        };
        assert_eq!(
            parts(&left, &right),
            [
                part("config", PartKind::Document, "c1", "c2"),
                part("layers/2", PartKind::Layer, "b", "c"),
            ]
        );
    }
}
