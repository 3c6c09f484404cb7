//! Numbers for reading.

/// A count with its thousands set apart: `12,480`.
pub fn grouped(count: impl Into<u64>) -> String {
    let digits = count.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 account`, `2,000 accounts`.
pub fn counted(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(7_u32), "7");
        assert_eq!(grouped(999_u32), "999");
        assert_eq!(grouped(1_000_u32), "1,000");
        assert_eq!(grouped(1_234_567_u32), "1,234,567");
    }

    #[test]
    fn one_has_its_own_noun() {
        assert_eq!(counted(1_u32, "account", "accounts"), "1 account");
        assert_eq!(counted(0_u32, "account", "accounts"), "0 accounts");
    }
}
