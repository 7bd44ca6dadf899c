//! A file's text with its name: where a byte stands, and how a file is read with a limit.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use super::diagnostic::{Diagnostic, Faults, Place};
use super::{Code, mask};

/// A configuration, policy or template file may have so many bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// One file, read.
#[derive(Debug)]
pub(super) struct Page {
    /// Its name as shown in diagnostics.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

impl Page {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that is absent, unreadable, too large or not UTF-8.
    pub(super) fn read(path: &Path) -> Result<Self, Faults> {
        let name = path.display().to_string();
        let bytes = read_limited(path).map_err(|why| {
            let message = format!("cannot read {name}: {why}");
            let help = "check the path and who may read the file";
            Faults(vec![Diagnostic::of_file(Code::Unreadable, &name, message, help)])
        })?;
        String::from_utf8(bytes).map(|text| Self { name: name.clone(), text }).map_err(|fault| {
            let at = fault.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(fault.as_bytes()).into_owned();
            Faults(vec![Self { name, text }.not_utf8(at)])
        })
    }

    fn not_utf8(&self, at: usize) -> Diagnostic {
        let place = self.place(at);
        let (shown, mark) = mask::broken_line(&self.text, &(at..at + '\u{FFFD}'.len_utf8()));
        Diagnostic {
            code: Code::NotUtf8,
            file: self.name.clone(),
            place,
            shown,
            mark,
            message: format!("byte {} of the file is not UTF-8", at + 1),
            help: "save the file as UTF-8 text".into(),
        }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub(super) fn place(&self, at: usize) -> Place {
        let before = &self.text[..floor(&self.text, at)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// The nearest character boundary at or before a byte.
pub(super) fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// The bytes of the line that a byte stands in, without its line end.
pub(super) fn line_around(text: &str, at: usize) -> Range<usize> {
    let at = floor(text, at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let end = if end > start && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end };
    start..end.max(start)
}

/// Reads a file of at most [`FILE_BYTES_MAX`] bytes; otherwise says why not, in words.
pub(super) fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(format!("it is larger than {} KiB", FILE_BYTES_MAX / 1024));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_where_they_end() {
        let page = Page { name: "x".into(), text: "a\r\nÄöü = 1\nz".into() };
        let at = page.text.find('=').expect("is there");
        assert_eq!(page.place(at), Place { line: 2, column: 5 });
        assert_eq!(&page.text[line_around(&page.text, 0)], "a");
        assert_eq!(&page.text[line_around(&page.text, at)], "Äöü = 1");
        assert_eq!(page.place(usize::MAX), Place { line: 3, column: 2 });
    }
}
