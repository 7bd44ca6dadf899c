//! What of a line may be shown: never a value beside the fault, because it may be a secret.

use std::ops::Range;

use super::keys::is_key;
use super::page::{floor, line_around};

/// Stands for what is not shown.
const HIDDEN: char = '…';

/// A line of the file with some of its bytes hidden, and where the fault's mark has moved to.
struct Shown {
    line: Range<usize>,
    mark: Range<usize>,
    text: String,
    marked: Range<usize>,
}

impl Shown {
    fn new(text: &str, span: &Range<usize>) -> Self {
        let line = line_around(text, span.start);
        let start = floor(text, span.start).clamp(line.start, line.end);
        let end = floor(text, span.end).clamp(start, line.end);
        Self { line, mark: start..end, text: String::new(), marked: 0..0 }
    }

    /// Adds a piece of the line, shown or hidden; a mark that begins or ends inside a hidden piece
    /// moves to the piece's edges.
    fn add(&mut self, text: &str, piece: Range<usize>, hide: bool) {
        let before = self.text.len();
        if !hide {
            self.text.push_str(&text[piece.clone()]);
        } else if !piece.is_empty() && !self.text.ends_with(HIDDEN) {
            self.text.push(HIDDEN);
        }
        let moved = |at: usize, inside: usize| if hide { inside } else { before + (at - piece.start) };
        let after = self.text.len();
        if (piece.start..piece.end).contains(&self.mark.start) {
            self.marked.start = moved(self.mark.start, before);
        }
        if piece.start < self.mark.end && self.mark.end <= piece.end {
            self.marked.end = moved(self.mark.end, after);
        }
    }

    fn done(mut self) -> (String, Range<usize>) {
        let end = self.text.len();
        if self.mark.start >= self.line.end {
            self.marked = end..end;
        }
        self.marked.end = self.marked.end.clamp(self.marked.start.min(end), end);
        (self.text, self.marked)
    }
}

/// A line of a sound file: the values in `hidden` and any comment are hidden.
pub(super) fn sound_line(text: &str, span: &Range<usize>, hidden: &[Range<usize>]) -> (String, Range<usize>) {
    let mut shown = Shown::new(text, span);
    let line = shown.line.clone();
    let mut at = line.start;
    for value in hidden.iter().filter(|value| value.end > line.start && value.start < line.end) {
        let (start, end) = (value.start.max(at), value.end.min(line.end).max(at));
        if !add_plain(&mut shown, text, at..start, span) {
            return shown.done();
        }
        shown.add(text, start..end, true);
        at = end;
    }
    add_plain(&mut shown, text, at..line.end, span);
    shown.done()
}

/// Adds what stands between values, up to a comment; `false` when a comment has ended the line.
fn add_plain(shown: &mut Shown, text: &str, piece: Range<usize>, span: &Range<usize>) -> bool {
    let comment = text[piece.clone()]
        .char_indices()
        .map(|(offset, c)| (piece.start + offset, c))
        .find(|(at, c)| *c == '#' && !span.contains(at));
    let end = comment.map_or(piece.end, |(at, _)| at);
    shown.add(text, piece.start..end, false);
    comment.is_none()
}

/// A line of a file that is not TOML: only known keys and marks of punctuation are shown, since no
/// value can be told from a secret.
pub(super) fn broken_line(text: &str, span: &Range<usize>) -> (String, Range<usize>) {
    let mut shown = Shown::new(text, span);
    let line = shown.line.clone();
    let mut at = line.start;
    while at < line.end {
        let rest = &text[at..line.end];
        let of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\u{FFFD}';
        let in_word = rest.starts_with(of_word);
        let length = rest.find(|c| of_word(c) != in_word).unwrap_or(rest.len());
        shown.add(text, at..at + length, in_word && !is_key(&rest[..length]));
        at += length;
    }
    shown.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beside_the_fault_and_comments_are_hidden() {
        let text = "a = 1\nb = [\"x\", \"hunter2\"] # hunter3\n";
        let typo = text.find('x').expect("is there") - 1;
        let other = text.find("\"hunter2").expect("is there");
        let (line, mark) = sound_line(text, &(typo..typo + 3), std::slice::from_ref(&(other..other + 9)));
        assert_eq!(line, "b = [\"x\", …] ");
        assert_eq!(&line[mark], "\"x\"");
    }

    #[test]
    fn a_hidden_value_is_marked_as_one_dot() {
        let text = "password = \"hunter2\"";
        let (line, mark) = sound_line(text, &(11..20), std::slice::from_ref(&(11..20)));
        assert_eq!((line.as_str(), &line[mark]), ("password = …", "…"));
    }

    #[test]
    fn a_broken_line_shows_keys_and_punctuation() {
        let text = "password = \"hunter2";
        let (line, mark) = broken_line(text, &(19..19));
        assert_eq!((line.as_str(), mark), ("password = \"…", 15..15));
        assert_eq!(broken_line("hunter2\"", &(7..8)).0, "…\"");
    }
}
