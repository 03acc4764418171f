//! A text in an OpenPGP clear signature (RFC 9580, section 7). The signature is not checked.

use bstr::ByteSlice as _;

const MESSAGE: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";

/// A text and the signature around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// The text that was signed, each of its lines ended by a newline.
    pub text: Vec<u8>,
    /// The armoured signature; empty if the content is not signed, or is cut before it.
    pub signature: Vec<u8>,
}

/// Takes the signature off. A content that does not begin with one is all text.
#[must_use]
pub fn without_signature(content: &[u8]) -> Signed {
    let mut lines = content.lines();
    if lines.next().map(<[u8]>::trim_ascii_end) != Some(MESSAGE) {
        return Signed {
            text: content.to_vec(),
            signature: Vec::new(),
        };
    }
    // Headers of the armour end with an empty line.
    let _ = lines.by_ref().find(|line| line.trim_ascii().is_empty());
    let mut signed = Signed::default();
    for line in lines {
        let is_signature = !signed.signature.is_empty() || line.trim_ascii_end() == SIGNATURE;
        let out = match is_signature {
            true => &mut signed.signature,
            false => &mut signed.text,
        };
        // Lines that begin with a dash are escaped by `- `.
        let escaped = line.strip_prefix(b"- ").filter(|_| !is_signature);
        out.extend_from_slice(escaped.unwrap_or(line));
        out.push(b'\n');
    }
    signed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_comes_out_as_it_was_signed() {
        let content = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nFormat: 1.8\n- -x\n\
            -----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
        let signed = without_signature(content);
        assert_eq!(signed.text, b"Format: 1.8\n-x\n");
        assert_eq!(
            signed.signature,
            b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
        );
        let plain = without_signature(b"Format: 1.8\n- x");
        assert_eq!(plain.text, b"Format: 1.8\n- x");
        assert_eq!(without_signature(&content[..36]), Signed::default());
    }
}
