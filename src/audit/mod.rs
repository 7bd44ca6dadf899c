//! The mathematics by which the log proves itself: canonical bytes and leaf hashes.

use sha2::{Digest, Sha256};

/// RFC 6962 §2.1: a leaf is hashed behind a zero byte, so that it can never pass for a node.
const LEAF_PREFIX: [u8; 1] = [0];

/// The canonical bytes of an audited row: the table, then each column as name, type and value, in
/// the order of the schema.
///
/// Lengths come before contents, so that no two rows share bytes: `table`, a line end, then for
/// each column `name:type:length:value` and a line end. `type` is `n` for NULL, `i` for an
/// integer, `t` for text, `b` for a blob.
#[must_use]
pub fn canonical(table: &str, columns: &[(&str, Cell<'_>)]) -> Vec<u8> {
    let mut bytes = format!("{table}\n").into_bytes();
    for (name, cell) in columns {
        let digits;
        let (kind, value) = match cell {
            Cell::Null => ('n', &b""[..]),
            Cell::Integer(number) => {
                digits = number.to_string();
                ('i', digits.as_bytes())
            }
            Cell::Text(text) => ('t', text.as_bytes()),
            Cell::Blob(blob) => ('b', *blob),
        };
        bytes.extend_from_slice(format!("{name}:{kind}:{}:", value.len()).as_bytes());
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
    }
    bytes
}

/// A column's value.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// The leaf hash of canonical bytes, in hex.
#[must_use]
pub fn leaf_hash(canonical: &[u8]) -> String {
    hex(&Sha256::new().chain_update(LEAF_PREFIX).chain_update(canonical).finalize())
}

/// SHA-256 of bytes, in hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaf_of_the_empty_string_is_that_of_rfc_6962() {
        assert_eq!(leaf_hash(b""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn moving_a_character_between_columns_changes_the_bytes() {
        let one = canonical("t", &[("a", Cell::Text("xy")), ("b", Cell::Text(""))]);
        let two = canonical("t", &[("a", Cell::Text("x")), ("b", Cell::Text("y"))]);
        assert_ne!(one, two);
    }
}
