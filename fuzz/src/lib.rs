//! What must hold of every input: the bodies of the fuzz targets, one module a kind of input.
//!
//! A target only hands its bytes on. Whatever does not hold is a panic, with what was found.

pub mod config;
pub mod cqc;
pub mod packing;
pub mod returns;

/// Panics if a text could steer a terminal or a mail: control and bidirectional characters.
///
/// `lines` says whether the text may have more than one line.
pub fn assert_harmless(text: &str, lines: Lines) {
    let shown = match lines {
        Lines::One => text.to_owned(),
        Lines::Several => text.replace('\n', ""),
    };
    assert_eq!(carewarden::domain::clean_text(&shown), shown, "a character that steers: {text:?}");
}

/// Whether a text may have line ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// No.
    One,
    /// Yes.
    Several,
}
