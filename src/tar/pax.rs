//! pax extended header records, `LENGTH KEY=VALUE\n`.
//!
//! Records are cut by their length prefix alone: a binary extended attribute may
//! hold newlines and equal signs. Order and duplicates are kept.

/// One record, borrowed from the header's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaxRecord<'data> {
    /// Bytes before the first `=`.
    pub key: &'data [u8],
    /// Bytes after it, without the closing newline.
    pub value: &'data [u8],
    /// The record as stored, length prefix and newline included.
    pub raw: &'data [u8],
}

/// Why extended header data is not a list of records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaxError {
    /// The decimal length is missing, too long, or not followed by a blank.
    #[error("pax record at byte {0} has no length")]
    Length(usize),
    /// The length leads beyond the data or is shorter than its own digits.
    #[error("pax record at byte {0} is longer than its header")]
    Overrun(usize),
    /// The record does not end with a newline.
    #[error("pax record at byte {0} does not end with a newline")]
    Newline(usize),
    /// There is no `=`.
    #[error("pax record at byte {0} has no `=`")]
    Equals(usize),
}

/// Splits the data of an `x` or `g` header into its records.
///
/// Source: POSIX.1-2017 pax, "pax Extended Header". Offsets in errors are relative to `data`.
///
/// # Errors
/// The first record that breaks the syntax.
pub fn records(data: &[u8]) -> Result<Vec<PaxRecord<'_>>, PaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut rest = data;
    while !rest.is_empty() {
        let record = first_record(rest, at)?;
        at += record.raw.len();
        rest = rest.get(record.raw.len()..).unwrap_or_default();
        found.push(record);
    }
    Ok(found)
}

fn first_record(rest: &[u8], at: usize) -> Result<PaxRecord<'_>, PaxError> {
    let digits = rest
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let length = rest
        .get(..digits)
        .and_then(|text| std::str::from_utf8(text).ok())
        .and_then(|text| text.parse::<usize>().ok())
        .filter(|_| rest.get(digits) == Some(&b' '))
        .ok_or(PaxError::Length(at))?;
    let raw = rest.get(..length).ok_or(PaxError::Overrun(at))?;
    let body = raw.get(digits + 1..).ok_or(PaxError::Overrun(at))?;
    let body = body.strip_suffix(b"\n").ok_or(PaxError::Newline(at))?;
    let equals = body
        .iter()
        .position(|&byte| byte == b'=')
        .ok_or(PaxError::Equals(at))?;
    let (key, value) = body.split_at(equals);
    Ok(PaxRecord {
        key,
        value: value.get(1..).unwrap_or_default(),
        raw,
    })
}

#[cfg(test)]
mod tests {
    use crate::tar::pax::{PaxError, records};

    #[test]
    fn a_newline_in_a_value_does_not_end_the_record() {
        let found = records(b"12 a=1\n=2\n3\n6 b=4\n").map(|list| {
            list.iter()
                .map(|r| (r.key.to_vec(), r.value.to_vec()))
                .collect::<Vec<_>>()
        });
        assert_eq!(
            found,
            Ok(vec![
                (b"a".to_vec(), b"1\n=2\n3".to_vec()),
                (b"b".to_vec(), b"4".to_vec())
            ])
        );
    }

    #[test]
    fn broken_records_name_their_offset() {
        for (data, error) in [
            (&b"x"[..], PaxError::Length(0)),
            (b"6 a=1\nzz", PaxError::Length(6)),
            (b"99 a=1\n", PaxError::Overrun(0)),
            (b"1 a=1\n", PaxError::Overrun(0)),
            (b"5 a=1\n", PaxError::Newline(0)),
            (b"6 abc\n", PaxError::Equals(0)),
            (b"18446744073709551616 a=1\n", PaxError::Length(0)),
        ] {
            assert_eq!(records(data), Err(error), "{data:?}");
        }
    }
}
