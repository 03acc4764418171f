//! Two tarballs of only those entries that differ, for other tools and for bug reports.
//!
//! Every entry is copied byte for byte: a lone zero block before it, extended headers, header,
//! content and padding. All global headers are copied, because they hold for what follows. Two
//! zero blocks end the archive. What differs of the archives as such is not kept: compression,
//! trailing blocks and data.

pub(crate) mod inputs;
pub(crate) mod links;

use std::io;
use std::io::{BufWriter, Write};
use std::ops::Range;

use crate::any::minimal::links::Links;
use crate::any::nested::archive::Place;
use crate::compare::names::{Names, name_key};
use crate::compare::options::Options;
use crate::compare::pairing::index::{Flow, walk};
use crate::compare::side::Sides;
use crate::compare::stop::WalkError;
use crate::input::section::Section;
use crate::tar::block::BLOCK;
use crate::tar::parser::Parser;
use crate::tar::raw_entry::{Ext, ExtKind, Globals, RawEntry};

/// Blocks of zeros that end an archive.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Writes the entries of these names, and of the files that hard links among them lead to, of both
/// archives. These are read twice, in an unlinked file if they are compressed.
///
/// # Errors
/// An archive cannot be read, or a file not be written.
pub(crate) fn write(
    archives: &Sides<Place>,
    names: &Names,
    options: &Options,
    out: Sides<Box<dyn Write + Send>>,
) -> Result<(), WalkError> {
    let left = archives.left.plain(options)?;
    let right = archives.right.plain(options)?;
    let mut links = Links::default();
    for archive in [&left, &right] {
        let visit = &mut |entry: RawEntry| {
            links.add(&entry);
            Ok(Flow::Continue)
        };
        let _ = each(archive, options, visit)?;
    }
    let names = links.with_targets(names);
    copy(&left, &names, options, out.left)?;
    copy(&right, &names, options, out.right)
}

/// Gives each entry of an archive; and the extended headers after the last one.
fn each(
    archive: &Place,
    options: &Options,
    visit: &mut dyn FnMut(RawEntry) -> Result<Flow, WalkError>,
) -> Result<Vec<Ext>, WalkError> {
    let mut parser = Parser::new(0, Globals::default(), options.limits.tar);
    let _ = walk(archive, &mut parser, visit)?;
    Ok(parser.pending().to_vec())
}

/// Copies the entries of these names.
fn copy(
    archive: &Place,
    names: &Names,
    options: &Options,
    out: Box<dyn Write + Send>,
) -> Result<(), WalkError> {
    let mut out = BufWriter::new(out);
    let visit = &mut |entry: RawEntry| {
        if names.contains(&name_key(&entry.path)) {
            section(archive, entry.start..entry.end, &mut out)?;
        } else {
            globals(&entry.ext, &mut out)?;
        }
        Ok(Flow::Continue)
    };
    let rest = each(archive, options, visit)?;
    globals(&rest, &mut out)?;
    out.write_all(&END)?;
    Ok(out.flush()?)
}

/// Copies a span of an archive.
fn section(archive: &Place, span: Range<u64>, out: &mut dyn Write) -> io::Result<()> {
    let at = |offset: u64| archive.span.start.saturating_add(offset);
    let mut bytes = Section::new(&archive.file, at(span.start)..at(span.end));
    io::copy(&mut bytes, out).map(|_| ())
}

/// Writes the global ones of these extended headers.
fn globals(chain: &[Ext], out: &mut dyn Write) -> io::Result<()> {
    for ext in chain.iter().filter(|ext| ext.kind == ExtKind::Global) {
        out.write_all(&ext.block.0)?;
        out.write_all(&ext.padded)?;
    }
    Ok(())
}
