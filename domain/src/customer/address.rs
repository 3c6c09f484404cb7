//! The readable part of a customer's address: `/customers/C-10482`.
//!
//! External ids may hold any character, and a path is decoded once or twice on its way depending on who follows the
//! link. So what is not plain is written with `~` and two hexadecimal digits, which nobody decodes but us.

use crate::id::ExternalId;

/// The path of a customer's page.
pub fn path_of(id: &ExternalId) -> String {
    format!("/customers/{}", segment(id))
}

/// The id as one segment of a path.
pub fn segment(id: &ExternalId) -> String {
    // `.` and `..` are directions, not names.
    let only_dots = id.as_str().chars().all(|character| character == '.');
    let mut segment = String::with_capacity(id.as_str().len());
    for byte in id.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => segment.push(char::from(byte)),
            b'.' if !only_dots => segment.push('.'),
            other => segment.push_str(&format!("~{other:02X}")),
        }
    }
    segment
}

/// Reads [`segment`]; `None` for what it never writes.
pub fn from_segment(segment: &str) -> Option<ExternalId> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'~', [high, low, tail @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                tail
            }
            (b'~', _) => return None,
            (plain, tail) => {
                bytes.push(*plain);
                tail
            }
        };
    }
    String::from_utf8(bytes).ok().filter(|id| !id.is_empty()).map(ExternalId)
}
