//! Plain-English sentences for conditions.

use super::Condition;

/// What a condition asks, in one sentence of plain English, for `policy` listings and documents.
#[must_use]
pub fn sentence(_condition: &Condition) -> String {
    String::new()
}
