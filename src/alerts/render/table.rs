//! Rows of the text part set as a table.

use textwrap::core::display_width;

use super::layout::{CELL_END, COLUMNS_MAX, Links, fold, paragraph};

/// Blanks between two columns of a table.
const GAP: usize = 2;

/// No column of a table is squeezed below this.
const COLUMN_MIN: usize = 6;

/// Rows one under the other: columns as wide as they need, the widest folded where they do not fit.
pub(super) fn table(rows: &[&str]) -> Vec<String> {
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
        // Columns that are equally wide share what is too much.
        let share = over.div_ceil(widths.iter().filter(|width| **width == most).count());
        let narrowed = most.saturating_sub(share.min((most - next).max(1))).max(COLUMN_MIN);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::render::layout::lay_out;

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
    fn columns_that_are_equally_wide_are_narrowed_alike() {
        let cell = "word ".repeat(12);
        let out = lay_out(&format!("  {cell}\t{cell}\t->\t{cell}\n"));
        assert_eq!(
            out.lines().next(),
            Some("  word word word word    word word word word    ->  word word word word")
        );
    }

    #[test]
    fn more_columns_than_the_page_holds_become_lines() {
        let row = vec!["cell"; 20].join("\t");
        assert_eq!(lay_out(&row).lines().count(), 20);
    }
}
