//! The text part's layout: lines folded at 72 columns, rows with tabs set as tables.
//!
//! It works on the rendered template, whoever wrote it, so that no template has to count columns.
//! Text from outside holds neither tabs nor line ends by then, so that it cannot start a row.

use textwrap::core::{Word, break_words, display_width};
use textwrap::{WordSeparator, wrap_algorithms::wrap_first_fit};

use super::table::table;

/// Widest line; mail programs quote and show such lines without folding them anew.
pub(super) const COLUMNS_MAX: usize = 72;

/// Mail allows no line over 998 octets; a link stays whole up to somewhat less than that.
const LINK_BYTES_MAX: usize = 900;

/// Ties two words of a date while lines are folded: a no-break space.
const TIE: char = '\u{00A0}';

/// The months as dates in mails write them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Parts two cells of a row in a rendered text template.
pub(super) const CELL_END: char = '\t';

/// Lays out a rendered text template.
pub(super) fn lay_out(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut rows: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.contains(CELL_END) {
            rows.push(line);
            continue;
        }
        lines.append(&mut table(&std::mem::take(&mut rows)));
        // A template's conditions leave gaps; one empty line parts two sections.
        let empty = line.trim().is_empty();
        if !(empty && lines.last().is_none_or(String::is_empty)) {
            lines.append(&mut paragraph(line));
        }
    }
    lines.append(&mut table(&rows));
    let mut out = lines.join("\n").trim_end().to_owned();
    out.push('\n');
    out
}

/// One line of the template, folded under its own indent.
pub(super) fn paragraph(line: &str) -> Vec<String> {
    let words = line.trim();
    let indent = (line.len() - line.trim_start_matches(' ').len()).min(COLUMNS_MAX / 2);
    let hang = indent + mark_columns(words);
    let folded = fold(words, COLUMNS_MAX - hang, Links::Whole);
    let indented = |(index, text): (usize, String)| {
        let blanks = if index == 0 { indent } else { hang };
        format!("{}{text}", " ".repeat(blanks)).trim_end().to_owned()
    };
    folded.into_iter().enumerate().map(indented).collect()
}

/// Columns of the mark that starts a list's entry: "- " or "1. ".
fn mark_columns(words: &str) -> usize {
    let digits = words.len() - words.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match (digits, &words[digits..]) {
        (0, rest) if rest.starts_with("- ") => "- ".len(),
        (1 | 2, rest) if rest.starts_with(". ") => digits + ". ".len(),
        _ => 0,
    }
}

/// What becomes of a link that is wider than its room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// It runs over: a link that is cut in two leads nowhere.
    Whole,
    /// It is cut like any word: in a table it would push its neighbours out of the page.
    Cut,
}

pub(super) fn fold(text: &str, width: usize, links: Links) -> Vec<String> {
    if display_width(text) <= width {
        return vec![text.to_owned()];
    }
    let text = tie_dates(text);
    let words: Vec<Word<'_>> = WordSeparator::AsciiSpace.find_words(&text).collect();
    let (mut pieces, mut run) = (Vec::new(), Vec::new());
    for word in words {
        if links == Links::Whole && is_link(word.word) {
            pieces.append(&mut break_words(std::mem::take(&mut run), width));
            pieces.push(word);
        } else {
            run.push(word);
        }
    }
    pieces.append(&mut break_words(run, width));
    let room = f64::from(u32::try_from(width).unwrap_or(u32::MAX));
    wrap_first_fit(&pieces, &[room]).into_iter().map(join).collect()
}

fn join(words: &[Word<'_>]) -> String {
    let line: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    line.trim_end().replace(TIE, " ")
}

/// "3 Mar 2025" is read at a glance only on one line.
fn tie_dates(text: &str) -> String {
    let mut tied = String::with_capacity(text.len());
    let mut last = "";
    for word in text.split_inclusive(' ') {
        let day = last.trim_start_matches('(').trim_end();
        let in_date = MONTHS.contains(&word.trim_end_matches([' ', '.', ',', ')'])) && is_number(day)
            || MONTHS.contains(&last.trim_end()) && word.starts_with(|c: char| c.is_ascii_digit());
        if in_date && tied.ends_with(' ') {
            tied.pop();
            tied.push(TIE);
        }
        tied.push_str(word);
        last = word;
    }
    tied
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_link(word: &str) -> bool {
    (word.starts_with("https://") || word.starts_with("http://"))
        && word.is_ascii()
        && word.len() <= LINK_BYTES_MAX
}

/// Two texts at the two ends of a line, or on two lines where they do not fit on one.
pub(super) fn spread(left: &str, right: &str) -> String {
    let taken = display_width(left) + display_width(right);
    if taken + "  ".len() > COLUMNS_MAX {
        return format!("{left}\n{right}");
    }
    format!("{left}{}{right}", " ".repeat(COLUMNS_MAX - taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_under_its_indent() {
        let text = format!("  - {}", "word ".repeat(30));
        let out = lay_out(&text);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("  - word") && lines[1].starts_with("    word"));
        assert!(lines.iter().all(|line| display_width(line) <= COLUMNS_MAX));
    }

    #[test]
    fn a_link_stays_whole_and_a_long_word_is_cut() {
        let link = format!("https://example.gov.uk/{}", "x".repeat(100));
        assert!(lay_out(&format!("See {link}")).lines().any(|line| line == link));
        let out = lay_out(&"y".repeat(200));
        assert_eq!(out.lines().map(str::len).collect::<Vec<_>>(), [72, 72, 56]);
    }

    #[test]
    fn a_date_is_never_parted() {
        let out = lay_out(&format!("{} since 12 (3 Mar 2025).", "word ".repeat(11).trim()));
        assert_eq!(out.lines().last(), Some("(3 Mar 2025)."));
    }

    #[test]
    fn an_entry_of_a_list_hangs_under_its_mark() {
        for mark in ["- ", "1. ", "12. "] {
            let out = lay_out(&format!("{mark}{}", "word ".repeat(20)));
            assert!(out.lines().nth(1).unwrap().starts_with(&format!("{}word", " ".repeat(mark.len()))));
        }
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let out = lay_out(&"護".repeat(50));
        assert_eq!(out.lines().map(display_width).collect::<Vec<_>>(), [72, 28]);
    }

    #[test]
    fn two_ends_of_a_line_part_when_it_is_too_short() {
        assert_eq!(display_width(&spread("left", "right")), COLUMNS_MAX);
        assert_eq!(spread(&"l".repeat(60), "OFFICIAL-SENSITIVE").lines().count(), 2);
    }
}
