//! Colours of a text report, for a terminal. The text reads the same without them.

use crate::text::quote::visible;

/// Whether a text has colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paint {
    /// It has none.
    #[default]
    Plain,
    /// It has those of ISO 6429, as terminals have them.
    Coloured,
}

/// What is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The name of an entry, the title of a cause.
    Strong,
    /// Nothing is wrong; a line that was put in.
    Good,
    /// Something is wrong; a line that was taken out.
    Bad,
    /// Where a difference begins; advice.
    Aside,
}

/// All tones.
const TONES: [Tone; 4] = [Tone::Strong, Tone::Good, Tone::Bad, Tone::Aside];

/// What ends every tone.
const END: &str = "\x1b[0m";

impl Tone {
    fn begin(self) -> &'static str {
        match self {
            Self::Strong => "\x1b[1m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[31m",
            Self::Aside => "\x1b[36m",
        }
    }
}

impl Paint {
    /// A text within a line in a tone.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("{}{text}{END}", tone.begin()),
        }
    }

    /// A line of a difference by its first character; others as they are.
    pub(crate) fn difference(self, line: &str) -> String {
        match line.get(..1) {
            Some("-") => self.tone(Tone::Bad, line),
            Some("+") => self.tone(Tone::Good, line),
            Some("@") => self.tone(Tone::Aside, line),
            _ => line.to_owned(),
        }
    }

    /// A finished text of which nothing but the tones above reaches a terminal.
    pub(crate) fn finished(self, text: String) -> String {
        if self == Self::Plain {
            return visible(text);
        }
        let mut out = String::with_capacity(text.len());
        for (at, part) in text.split('\x1b').enumerate() {
            let sequences = TONES.iter().map(|tone| tone.begin()).chain([END]);
            let own = sequences.filter_map(|own| own.strip_prefix('\x1b'));
            let own = own
                .filter(|own| part.starts_with(own))
                .max_by_key(|own| own.len());
            match (at, own) {
                (0, _) => {}
                (_, Some(_)) => out.push('\x1b'),
                (_, None) => out.push_str("\\u{1b}"),
            }
            out.push_str(&visible(part.to_owned()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_sequences_reach_a_terminal() {
        let text = Paint::Coloured.tone(Tone::Bad, "a\x1b]52;c;x\x07") + "\x1b[2J";
        assert_eq!(
            Paint::Coloured.finished(text.clone()),
            "\x1b[31ma\\u{1b}]52;c;x\\u{7}\x1b[0m\\u{1b}[2J"
        );
        assert!(!Paint::Plain.finished(text).contains('\x1b'));
    }

    #[test]
    fn a_line_of_a_difference_has_the_colour_of_its_side() {
        let paint = Paint::Coloured;
        assert_eq!(paint.difference("-a"), "\x1b[31m-a\x1b[0m");
        assert_eq!(paint.difference("+a"), "\x1b[32m+a\x1b[0m");
        assert_eq!(paint.difference(" a"), " a");
        assert_eq!(Paint::Plain.difference("-a"), "-a");
    }
}
