//! A saved report, read back: of this and of every earlier version of the schema.
//!
//! Keys that are missing have the value that they had before there was such a key, and keys that
//! nobody knows are passed over: they may be of a later version of twinroot, whose schema is the
//! same.

use serde::Deserialize;

use crate::report::wire::report::{Report, SCHEMA};

/// What every schema of a report begins with; a number follows.
const FAMILY: &str = "twinroot.report.v";

/// A report read back.
///
/// # Errors
/// The text is no report, or one of a later schema.
pub fn from_json(text: &[u8]) -> Result<Report, SavedError> {
    let header: Header = serde_json::from_slice(text)?;
    match header.schema {
        Some(schema) if schema == SCHEMA => Ok(serde_json::from_slice(text)?),
        Some(schema) if is_number(schema.strip_prefix(FAMILY)) => Err(SavedError::Newer { schema }),
        _ if header.diffoscope.is_some() => Err(SavedError::Diffoscope),
        _ => Err(SavedError::NoReport),
    }
}

/// There is no version before the first, so that any other number is a later one.
fn is_number(text: Option<&str>) -> bool {
    text.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The keys that say how to read the others.
#[derive(Deserialize)]
struct Header {
    schema: Option<String>,
    #[serde(rename = "diffoscope-json-version")]
    diffoscope: Option<serde_json::Value>,
}

/// Why a text is not read as a report.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is not JSON, or a key has a value that it cannot have.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It has no schema of ours.
    #[error("not a report: `schema` is not {SCHEMA}")]
    NoReport,
    /// It is diffoscope's JSON.
    #[error("it is the JSON of diffoscope, which is written and not read; a report has {SCHEMA}")]
    Diffoscope,
    /// A later version of twinroot wrote it.
    #[error("its schema is {schema}, and this version of twinroot reads {SCHEMA}")]
    Newer {
        /// The value of `schema`.
        schema: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least that a report ever had.
    const OLDEST: &str = r#"{
        "schema": "twinroot.report.v1",
        "verdict": "identical",
        "left": {"label": "left", "source": "a", "compression": "none", "bytes": 0, "entries": 0},
        "right": {"label": "right", "source": "b", "compression": "none", "bytes": 0, "entries": 0}
    }"#;

    #[test]
    fn keys_that_are_missing_have_their_defaults() {
        let report = from_json(OLDEST.as_bytes()).unwrap();
        assert!(report.divergences.is_empty() && report.packages.is_empty());
        assert_eq!((report.left.sha256, report.trouble), (None, None));
    }

    #[test]
    fn keys_that_nobody_knows_are_passed_over() {
        let text = OLDEST.replace("\"label\"", "\"colour\": [1], \"label\"");
        let text = text.replace("\"verdict\"", "\"mood\": {}, \"verdict\"");
        assert_eq!(
            from_json(text.as_bytes()).unwrap(),
            from_json(OLDEST.as_bytes()).unwrap()
        );
    }

    #[test]
    fn another_schema_is_named() {
        for (schema, expected) in [
            (
                "twinroot.report.v2",
                "its schema is twinroot.report.v2, and this version of twinroot reads \
                 twinroot.report.v1",
            ),
            (
                "twinroot.audit.v1",
                "not a report: `schema` is not twinroot.report.v1",
            ),
        ] {
            let text = OLDEST.replace(SCHEMA, schema);
            assert_eq!(
                from_json(text.as_bytes()).unwrap_err().to_string(),
                expected
            );
        }
        let theirs = from_json(br#"{"diffoscope-json-version": 1}"#);
        assert!(matches!(theirs, Err(SavedError::Diffoscope)));
        let none = from_json(b"{}").unwrap_err().to_string();
        assert_eq!(none, "not a report: `schema` is not twinroot.report.v1");
    }
}
