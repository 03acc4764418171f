//! The report as JSON.
//!
//! Names are text there. Characters that could turn or hide text on a terminal are
//! written as `\u` escapes, which are the same JSON.

use std::io;
use std::io::Write;

use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::report::wire::audit::AuditReport;
use crate::report::wire::report::Report;
use crate::text::quote::is_hostile;

/// The report as JSON, indented, with a newline at the end.
///
/// # Errors
/// A value that JSON cannot hold: a timing that is not a number.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    text(report)
}

/// The same, written as it is made, so that not all of it has to be in memory.
///
/// # Errors
/// The same, and those of writing.
pub fn write_json(report: &Report, out: &mut dyn Write) -> Result<(), serde_json::Error> {
    write(report, out)
}

/// The report of `audit` as JSON, in the same form.
///
/// # Errors
/// None that this type can have.
pub fn audit_json(report: &AuditReport) -> Result<String, serde_json::Error> {
    text(report)
}

/// Another format that is JSON, on one line, with a newline at the end.
///
/// # Errors
/// A value that JSON cannot hold.
pub(crate) fn compact(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let mut out = serde_json::to_string(value)?;
    out.push('\n');
    Ok(out)
}

/// Any of the wire types as JSON.
fn text(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

fn write(value: &impl serde::Serialize, mut out: &mut dyn Write) -> Result<(), serde_json::Error> {
    value.serialize(&mut Serializer::with_formatter(
        &mut out,
        Escaping(PrettyFormatter::new()),
    ))?;
    out.write_all(b"\n").map_err(serde_json::Error::io)
}

struct Escaping<'indent>(PrettyFormatter<'indent>);

impl Formatter for Escaping<'_> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            let mut buffer = [0; 4];
            if is_hostile(c) {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(out, "\\u{unit:04x}")?;
                }
            } else {
                out.write_all(c.encode_utf8(&mut buffer).as_bytes())?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}
