//! The name of an entry, which need not be text.

use base64::Engine as _;

use crate::text::quote;

/// A name as text, in quoted form if it is not UTF-8.
pub(crate) fn name(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| quote(bytes), str::to_owned)
}

/// The bytes of a name in base64 if they are not UTF-8.
pub(crate) fn base64(name: &[u8]) -> Option<String> {
    std::str::from_utf8(name)
        .err()
        .map(|_| base64::engine::general_purpose::STANDARD.encode(name))
}
