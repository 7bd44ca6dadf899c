//! Looks through XML tag by tag, for what must be known before a workbook's reader may see it:
//! that every tag is closed, and how often cells are repeated.

use super::BookError;

/// Tags within each other.
const DEPTH_MAX: usize = 64;

/// A tag, or what stands between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag<'x> {
    /// `<name …>`
    Open(&'x str, &'x str),
    /// `<name …/>`
    Empty(&'x str, &'x str),
    /// `</name>`
    Close(&'x str),
    /// What stands between two tags.
    Text(&'x str),
}

/// Calls `seen` for every tag and what stands before it.
///
/// Comments, marked sections and document types are refused: no spreadsheet program writes them
/// there, and they could hide a tag from us that the reader sees, or the reverse.
pub(super) fn each<'x>(
    xml: &'x str,
    mut seen: impl FnMut(Tag<'x>) -> Result<(), BookError>,
) -> Result<(), BookError> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        if start > 0 {
            seen(Tag::Text(&rest[..start]))?;
        }
        rest = &rest[start + 1..];
        let end = end_of_tag(rest).ok_or_else(|| odd("a tag without an end"))?;
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') {
            continue;
        }
        if tag.starts_with('!') {
            return Err(odd("a comment or marked section"));
        }
        let tag = of_text(tag);
        match tag {
            Tag::Open(name, _) => open.push(name),
            Tag::Close(name) if open.pop() != Some(name) => return Err(odd("tags that cross")),
            Tag::Close(_) | Tag::Empty(..) | Tag::Text(_) => {}
        }
        if open.len() > DEPTH_MAX {
            return Err(odd("tags too deep within each other"));
        }
        seen(tag)?;
    }
    if open.is_empty() { Ok(()) } else { Err(odd("tags that are not closed")) }
}

/// What makes a part damaged, in words.
pub(super) fn odd(what: &str) -> BookError {
    BookError::Damaged(format!("a part of it has {what}"))
}

/// The `>` that ends a tag: not one within a quoted value.
fn end_of_tag(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))?;
        let quote = bytes[at];
        if quote == b'>' {
            return Some(at);
        }
        at += 1;
        at += bytes[at..].iter().position(|byte| *byte == quote)? + 1;
    }
}

fn of_text(tag: &str) -> Tag<'_> {
    if let Some(name) = tag.strip_prefix('/') {
        return Tag::Close(name.trim_end());
    }
    let (inner, empty) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
    let (name, attributes) = inner
        .as_bytes()
        .iter()
        .position(u8::is_ascii_whitespace)
        .map_or((inner, ""), |at| (&inner[..at], &inner[at + 1..]));
    if empty { Tag::Empty(name, attributes) } else { Tag::Open(name, attributes) }
}

/// An attribute's value as it stands, entities and all.
pub(super) fn attribute<'x>(attributes: &'x str, name: &str) -> Option<&'x str> {
    let mut rest = attributes;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = after[1..].split_once(quote)?;
        if key.trim() == name {
            return Some(value);
        }
        rest = behind;
    }
}

/// A count in an attribute; 1 where it is absent. A number that is not written in plain digits is refused.
pub(super) fn count(attributes: &str, name: &str) -> Result<usize, BookError> {
    attribute(attributes, name).map_or(Ok(1), |digits| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| plain).ok_or_else(|| odd("a count that is no number"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(xml: &str) -> Result<Vec<&str>, BookError> {
        let mut names = Vec::new();
        each(xml, |tag| {
            names.push(match tag {
                Tag::Open(name, _) | Tag::Empty(name, _) | Tag::Close(name) | Tag::Text(name) => name,
            });
            Ok(())
        })?;
        Ok(names)
    }

    #[test]
    fn tags_are_seen_and_must_be_closed() {
        assert_eq!(names("<?xml?><a x='>'><b/>t</a >"), Ok(vec!["a", "b", "t", "a"]));
        for xml in ["<a>", "<a></b>", "<a", "<a><!-- </a> --></a>", "</a>"] {
            assert!(names(xml).is_err(), "{xml}");
        }
        assert!(names(&"<a>".repeat(100)).is_err());
    }

    #[test]
    fn attributes_are_read() {
        assert_eq!(attribute("a:b='1' c = \"2\"", "c"), Some("2"));
        assert_eq!(attribute("a:b='1'", "b"), None);
        assert_eq!(count("n='12'", "n"), Ok(12));
        assert_eq!(count("", "n"), Ok(1));
        assert!(count("n='&#49;'", "n").is_err());
    }
}
