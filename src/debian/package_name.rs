//! Names of binary packages as dpkg writes them: `NAME`, or `NAME:ARCHITECTURE` where several
//! architectures of one package can be installed (dpkg-query(1)).

/// The name without its architecture.
#[must_use]
pub fn without_architecture(name: &[u8]) -> &[u8] {
    let end = name.iter().position(|byte| *byte == b':');
    name.get(..end.unwrap_or(name.len())).unwrap_or(name)
}

/// [`without_architecture`] of a text.
#[must_use]
pub fn text_without_architecture(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_architecture_after_a_name_is_taken_off() {
        for (name, expected) in [("libc6:amd64", "libc6"), ("sed", "sed"), (":", "")] {
            assert_eq!(without_architecture(name.as_bytes()), expected.as_bytes());
            assert_eq!(text_without_architecture(name), expected);
        }
    }
}
