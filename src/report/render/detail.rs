//! The detail of a field: remarks, then lines that differ.

/// A detail in its two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Detail<'a> {
    /// What the values mean, in lines.
    pub(crate) remarks: &'a str,
    /// A unified difference of texts, or of a window of bytes without `@@`; empty if there is none.
    pub(crate) difference: &'a str,
}

impl<'a> Detail<'a> {
    /// The parts of a detail. The difference begins with the first line that is `@@`, or that was
    /// taken out or put in.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.starts_with("@@ ") || line.starts_with('-') || line.starts_with('+') {
                let (remarks, difference) = text.split_at_checked(at).unwrap_or((text, ""));
                return Self {
                    remarks,
                    difference,
                };
            }
            at += line.len();
        }
        Self {
            remarks: text,
            difference: "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_end_where_a_difference_begins() {
        for (text, remarks, difference) in [
            ("rwx | r-x\n", "rwx | r-x\n", ""),
            ("@@ -1 +1 @@\n-a\n+b\n", "", "@@ -1 +1 @@\n-a\n+b\n"),
            (
                "at byte 0\n-00 01\n+00 02\n",
                "at byte 0\n",
                "-00 01\n+00 02\n",
            ),
            ("", "", ""),
        ] {
            let expected = Detail {
                remarks,
                difference,
            };
            assert_eq!(Detail::new(text), expected);
        }
    }
}
