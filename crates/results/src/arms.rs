//! Arm keys that name the same settings.

/// The systematic key of an arm: `lora-r8` is `tuneAB-Akm-r8` and `lora-fa-r8` is `tuneB-Akm-r8`; others name themselves.
///
/// Arms with equal settings are one run, whatever they are called, so rows and printed numbers are matched by this key.
pub fn canonical_arm(key: &str) -> String {
    let rank = |prefix: &str| {
        let digits = key.strip_prefix(prefix)?;
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    };
    if let Some(rank) = rank("lora-fa-r") {
        format!("tuneB-Akm-r{rank}")
    } else if let Some(rank) = rank("lora-r") {
        format!("tuneAB-Akm-r{rank}")
    } else {
        key.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::canonical_arm;

    #[test]
    fn names_of_equal_settings_become_one_key() {
        assert_eq!(canonical_arm("lora-r8"), "tuneAB-Akm-r8");
        assert_eq!(canonical_arm("lora-fa-r16"), "tuneB-Akm-r16");
        assert_eq!(canonical_arm("tuneB-AV-r8"), "tuneB-AV-r8");
        assert_eq!(canonical_arm("lora-rank"), "lora-rank");
        assert_eq!(canonical_arm("adalora"), "adalora");
    }
}
