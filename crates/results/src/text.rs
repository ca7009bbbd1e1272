//! Numbers as text.

/// A difference with its sign, to one decimal: `+1.2`, `−0.3`, `0.0`.
pub(crate) fn signed_number(difference: f64) -> String {
    let text = format!("{difference:+.1}");
    match text.as_str() {
        "-0.0" | "+0.0" => "0.0".to_owned(),
        _ => text.replace('-', "−"),
    }
}

/// A count with its digits in threes: `12,345`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A learning rate as people write it: `4e-4`, `0.01`.
pub(crate) fn rate(lr: f64) -> String {
    if lr != 0.0 && lr.abs() < 0.01 {
        format!("{lr:e}")
    } else {
        lr.to_string()
    }
}
