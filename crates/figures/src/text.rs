//! How wide a text is, so that nothing is laid over it.

/// A line's height is this much of an em's reciprocal: text of size 14 is set in a font of 14 x `EM` pixels.
pub const EM: f64 = 1.0 / 1.24;

/// Advances of the characters from space to tilde in DejaVu Sans 2.37, in 2048ths of an em.
const ADVANCES: [u16; 95] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048,
    1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235,
    1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024,
    1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253, 1300,
    1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
];

/// The same of the others that the figures use; an average letter's for the rest.
fn advance(character: char) -> u16 {
    match character {
        ' '..='~' => ADVANCES[character as usize - ' ' as usize],
        '±' | '−' | '×' | '↑' | '→' => 1716,
        '³' | '₀'..='₉' => 821,
        '–' => 1024,
        '\u{300}'..='\u{36f}' => 0,
        _ => 1300,
    }
}

/// Width of a text whose line is `size` high.
pub fn text_width(text: &str, size: f64) -> f64 {
    let units: f64 = text
        .chars()
        .map(|character| f64::from(advance(character)))
        .sum();
    units / 2048.0 * EM * size
}

/// Breaks a text at blanks into lines no wider than `width`; a longer word has a line of its own.
pub fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if text_width(&longer, size) <= width {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_the_sum_of_advances() {
        // B, hat, space, r: (1405 + 0 + 651 + 842) / 2048 of an em of 10 pixels.
        let width = text_width("B\u{302} r", 12.4);
        assert!((width - 28_980.0 / 2048.0).abs() < 1e-9, "{width}");
    }

    #[test]
    fn wrapped_lines_are_no_wider_than_asked_and_lose_no_word() {
        let text = "Training accuracy minus test accuracy, in points, to an incomprehensibilities.";
        let lines = wrap(text, 14.0, 110.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 3);
        for line in &lines {
            assert!(
                text_width(line, 14.0) <= 110.0 || !line.contains(' '),
                "{line}"
            );
        }
    }
}
