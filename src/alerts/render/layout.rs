//! The text part's layout: lines folded at 72 columns, rows with tabs set as tables.
//!
//! It works on the rendered template, whoever wrote it, so that no template has to count columns.
//! Text from outside holds neither tabs nor line ends by then, so that it cannot start a row.

use textwrap::core::{Word, break_words, display_width};
use textwrap::{WordSeparator, wrap_algorithms::wrap_first_fit};

/// Widest line; mail programs quote and show such lines without folding them anew.
pub(super) const COLUMNS_MAX: usize = 72;

/// Mail allows no line over 998 octets; a link stays whole up to somewhat less than that.
const LINK_BYTES_MAX: usize = 900;

/// Blanks between two columns of a table.
const GAP: usize = 2;

/// No column of a table is squeezed below this.
const COLUMN_MIN: usize = 6;

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
fn paragraph(line: &str) -> Vec<String> {
    let words = line.trim();
    let indent = (line.len() - line.trim_start_matches(' ').len()).min(COLUMNS_MAX / 2);
    let hang = indent + if words.starts_with("- ") { GAP } else { 0 };
    let folded = fold(words, COLUMNS_MAX - hang, Links::Whole);
    let indented = |(index, text): (usize, String)| {
        let blanks = if index == 0 { indent } else { hang };
        format!("{}{text}", " ".repeat(blanks)).trim_end().to_owned()
    };
    folded.into_iter().enumerate().map(indented).collect()
}

/// What becomes of a link that is wider than its room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    /// It runs over: a link that is cut in two leads nowhere.
    Whole,
    /// It is cut like any word: in a table it would push its neighbours out of the page.
    Cut,
}

fn fold(text: &str, width: usize, links: Links) -> Vec<String> {
    if display_width(text) <= width {
        return vec![text.to_owned()];
    }
    let words: Vec<Word<'_>> = WordSeparator::AsciiSpace.find_words(text).collect();
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
    line.trim_end().to_owned()
}

fn is_link(word: &str) -> bool {
    (word.starts_with("https://") || word.starts_with("http://"))
        && word.is_ascii()
        && word.len() <= LINK_BYTES_MAX
}

/// Rows one under the other: columns as wide as they need, the widest folded where they do not fit.
fn table(rows: &[&str]) -> Vec<String> {
    let Some(first) = rows.first() else { return Vec::new() };
    let indent = (first.len() - first.trim_start_matches(' ').len()).min(COLUMNS_MAX / 2);
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(CELL_END).map(str::trim).collect()).collect();
    let Some(widths) = widths(&cells, COLUMNS_MAX - indent) else {
        // So many columns that none has room: one cell a line, nothing lost.
        return cells.concat().into_iter().flat_map(paragraph).collect();
    };
    cells.iter().flat_map(|row| table_row(row, &widths, indent)).collect()
}

fn widths(cells: &[Vec<&str>], room: usize) -> Option<Vec<usize>> {
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        cells.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let room = room.saturating_sub(GAP * columns.saturating_sub(1));
    if room < columns * COLUMN_MIN {
        return None;
    }
    // Every pass narrows the widest column, at most to the next widest, until all have room.
    while widths.iter().sum::<usize>() > room {
        let over = widths.iter().sum::<usize>() - room;
        let most = widths.iter().copied().max().unwrap_or(0);
        let next = widths.iter().copied().filter(|width| *width < most).max().unwrap_or(0);
        let narrowed = most.saturating_sub(over.min((most - next).max(1))).max(COLUMN_MIN);
        if let Some(column) = widths.iter_mut().rev().find(|width| **width == most) {
            *column = narrowed;
        }
    }
    Some(widths)
}

fn table_row(row: &[&str], widths: &[usize], indent: usize) -> Vec<String> {
    let folded: Vec<Vec<String>> =
        row.iter().zip(widths).map(|(cell, width)| fold(cell, *width, Links::Cut)).collect();
    let height = folded.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let mut line = " ".repeat(indent);
        for (cell, width) in folded.iter().zip(widths) {
            let text = cell.get(at).map_or("", String::as_str);
            line.push_str(text);
            line.push_str(&" ".repeat(width.saturating_sub(display_width(text)) + GAP));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// Two texts at the two ends of a line, or on two lines where they do not fit on one.
pub(super) fn spread(left: &str, right: &str) -> String {
    let taken = display_width(left) + display_width(right);
    if taken + GAP > COLUMNS_MAX {
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
    fn rows_are_aligned_and_the_widest_column_is_folded() {
        let out = lay_out(&format!("  a\tGood\t{}\n  bbb\tRI\tx\n", "word ".repeat(20)));
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("  a    Good  word"));
        assert!(lines[1].starts_with("             word"));
        assert_eq!(lines.last(), Some(&"  bbb  RI    x"));
        assert!(lines.iter().all(|line| display_width(line) <= COLUMNS_MAX));
    }

    #[test]
    fn more_columns_than_the_page_holds_become_lines() {
        let row = vec!["cell"; 20].join("\t");
        assert_eq!(lay_out(&row).lines().count(), 20);
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
