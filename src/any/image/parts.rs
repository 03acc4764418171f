//! Manifests, configurations and layers of two images, paired by position and compared.

use std::io;
use std::io::{Cursor, Read};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::any::image::layout::Image;
use crate::any::image::store::Store;
use crate::any::named::Named;
use crate::any::sequence::archive_of_one;
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

/// Which layers belong together, by their positions: as many equal ones as possible in their order,
/// and those between them by position.
fn layer_pairs(left: &Image, right: &Image) -> Vec<(usize, usize)> {
    // Ids of one kind are needed: both by what is in the compression, or both by file.
    let (old, new) = match left.diff_ids.is_empty() == right.diff_ids.is_empty() {
        true => (left.layer_ids(), right.layer_ids()),
        false => (&left.layers[..], &right.layers[..]),
    };
    let mut pairs = Vec::new();
    let mut from = (0, 0);
    let end = DiffOp::Equal {
        old_index: old.len(),
        new_index: new.len(),
        len: 0,
    };
    let equal = capture_diff_slices(Algorithm::Myers, old, new);
    for op in equal.into_iter().chain([end]) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            pairs.extend((from.0..old_index).zip(from.1..new_index));
            pairs.extend((old_index..old_index + len).zip(new_index..new_index + len));
            from = (old_index + len, new_index + len);
        }
    }
    pairs
}

/// Pairs the parts: manifests and configurations by position, layers by position and content. A
/// layer is called by its position on the left. A part is named after its image if there are several.
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
        for (at, right_at) in layer_pairs(left, right) {
            if let (Some(left), Some(right)) = (left.layers.get(at), right.layers.get(right_at)) {
                push(format!("layers/{}", at + 1), PartKind::Layer, left, right);
            }
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
            let entry: Box<dyn Read + Send> = Box::new(archive_of_one(b"json", size, content));
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
            ..Image::default()
        }
    }

    #[test]
    fn layers_pair_by_content_and_the_rest_by_position() {
        let pairs =
            |left: &[&str], right: &[&str]| layer_pairs(&image("c", left), &image("c", right));
        assert_eq!(
            pairs(&["a", "b", "c"], &["x", "a", "b", "d"]),
            [(0, 1), (1, 2), (2, 3)]
        );
        assert_eq!(pairs(&["a", "b", "c"], &["a", "c"]), [(0, 0), (2, 1)]);
        assert_eq!(pairs(&["a", "b"], &["c", "d", "e"]), [(0, 0), (1, 1)]);
        assert_eq!(pairs(&[], &["c"]), []);
        // What the configurations say of the contents counts more than the names of files.
        let with_ids = |layers: &[&str], ids: &[&str]| Image {
            diff_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..image("c", layers)
        };
        let left = with_ids(&["a", "b"], &["1", "2"]);
        let right = with_ids(&["c", "d", "e"], &["0", "1", "2"]);
        assert_eq!(layer_pairs(&left, &right), [(0, 1), (1, 2)]);
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
