//! The paper's arm notation as pieces that can be set in type: letters, hats and subscripts.

/// One piece of an arm's label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text on the line.
    Plain(String),
    /// A letter with a hat: the paper's mark of a factor that trains.
    Hat(char),
    /// Text below the line.
    Sub(String),
}

const COMBINING_HAT: char = '\u{302}';

/// Splits a label such as `B̂₀A_rand (r = 8)` into its pieces.
///
/// An underscore starts a subscript that ends before a capital letter, a blank or the end; a subscript digit is one by itself.
pub fn pieces(label: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = label.chars().peekable();
    while let Some(next) = chars.next() {
        let hatted = chars.next_if_eq(&COMBINING_HAT).is_some();
        match next {
            // Editors may compose the hat into the letter.
            '\u{c2}' => pieces.push(Piece::Hat('A')),
            letter if hatted => pieces.push(Piece::Hat(letter)),
            '_' => {
                let mut text = String::new();
                // The initialisations V and U are capitals themselves: the first letter always belongs to the subscript.
                while let Some(letter) = chars.next_if(|&letter| {
                    !letter.is_whitespace() && (text.is_empty() || !letter.is_uppercase())
                }) {
                    text.push(letter);
                }
                pieces.push(Piece::Sub(text));
            }
            digit @ '₀'..='₉' => {
                let value = digit as u32 - '₀' as u32;
                pieces.push(Piece::Sub(value.to_string()));
            }
            plain => match pieces.last_mut() {
                Some(Piece::Plain(text)) => text.push(plain),
                _ => pieces.push(Piece::Plain(plain.to_string())),
            },
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::Piece::{Hat, Plain, Sub};
    use super::*;

    #[test]
    fn hats_and_subscripts_are_told_apart() {
        let check =
            |label: &str, expected: &[Piece]| assert_eq!(pieces(label), expected, "{label}");
        let sub = |text: &str| Sub(text.to_owned());
        let plain = |text: &str| Plain(text.to_owned());
        check("LoRA-FA", &[plain("LoRA-FA")]);
        check(
            "B̂₀A_rand (r = 8)",
            &[
                Hat('B'),
                sub("0"),
                plain("A"),
                sub("rand"),
                plain(" (r = 8)"),
            ],
        );
        check("B_randÂ₀", &[plain("B"), sub("rand"), Hat('A'), sub("0")]);
        check("B_UÂ₀", &[plain("B"), sub("U"), Hat('A'), sub("0")]);
        check("\u{c2}_V", &[Hat('A'), sub("V")]);
        check("B̂₀Â_V", &[Hat('B'), sub("0"), Hat('A'), sub("V")]);
    }
}
