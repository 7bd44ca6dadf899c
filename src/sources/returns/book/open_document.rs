//! What must be known of an ODS file before its reader may see it: a cell or row says how often it
//! is repeated, so a kilobyte can mean a thousand million cells.

use std::collections::BTreeSet;

use super::cells::Merge;
use super::tags::{self, Tag, attribute, count, odd};
use super::{BookError, CELLS_MAX, ROWS_MAX, SHEETS_MAX, Serials, UNPACKED_BYTES_MAX};

/// Blanks that one tag may stand for.
const BLANKS_MAX: usize = 1_000;

/// Bytes of text, each repeat of a cell counted: as many as a file without repeats can have.
const TEXT_COPIES_MAX: usize = UNPACKED_BYTES_MAX;

/// Cells that the reader makes before it looks which of them are blank, repeated rows counted once.
const MADE_MAX: usize = 2 * CELLS_MAX;

/// Attributes of a cell that its reader keeps as text.
const TEXTS: [&str; 4] = ["office:string-value", "office:date-value", "office:time-value", "table:formula"];

/// Columns of the program that writes most of them; the blank end of each row reaches there.
const COLUMNS_OF_PROGRAM: usize = 16_384;

/// What the tags of a whole file say.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Every table, in the file's order.
    pub(super) tables: Vec<Table>,
    /// From when it counts days, for a date that no format marks as one.
    pub(super) serials: Serials,
}

/// What the tags of one table say.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Cells whose number is shown as a percentage, row and column from 0.
    pub(super) percents: BTreeSet<(usize, usize)>,
    /// Cells merged over several rows.
    pub(super) merges: Vec<Merge>,
    /// Whether it is, or once was, a table of another file.
    pub(super) linked: bool,
    row: usize,
    column: usize,
    repeats: usize,
    /// Rows to the last that is not blank, and columns to the last cell that is not.
    rows: usize,
    columns: usize,
    /// How often the cell that is open is repeated.
    copies: Option<usize>,
    /// Bytes of text, repeats counted.
    text_bytes: usize,
    /// Blank cells before this one: they are made once another cell follows them.
    blank: usize,
    /// Cells that are made.
    made: usize,
}

/// Surveys `content.xml`.
pub(super) fn survey(content: &str) -> Result<Survey, BookError> {
    let mut survey = Survey::default();
    let mut within = false;
    // The reader makes a whole rectangle of every table before it gives any of them out.
    let (mut cells, mut text_bytes, mut made) = (0_usize, 0_usize, 0_usize);
    tags::each(content, |tag| {
        match tag {
            Tag::Open("table:table", _) if within => return Err(odd("a table within a table")),
            Tag::Open("table:table", _) if survey.tables.len() == SHEETS_MAX => {
                return Err(BookError::too_large("has too many sheets", SHEETS_MAX.to_string()));
            }
            Tag::Open("table:table", _) => {
                within = true;
                survey.tables.push(Table::default());
            }
            Tag::Empty("table:table", _) => return Err(odd("a table without rows")),
            Tag::Open("table:null-date", attributes) | Tag::Empty("table:null-date", attributes) => {
                survey.serials = serials(attributes)?;
            }
            Tag::Close("table:table") => {
                within = false;
                cells += survey.tables.last().map_or(0, Table::cells);
                text_bytes += survey.tables.last().map_or(0, |table| table.text_bytes);
                made += survey.tables.last().map_or(0, |table| table.made);
                if cells > CELLS_MAX || made > MADE_MAX {
                    return Err(too_many());
                }
                if text_bytes > TEXT_COPIES_MAX {
                    return Err(too_much());
                }
            }
            other => {
                if let Some(table) = survey.tables.last_mut().filter(|_| within) {
                    table.see(other)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(survey)
}

/// The day that counts as nought. LibreOffice offers three; of another a bare number would be a wrong date.
fn serials(attributes: &str) -> Result<Serials, BookError> {
    match attribute(attributes, "table:date-value").map(|day| day.get(..10).unwrap_or(day)) {
        None | Some("1899-12-30") => Ok(Serials::From1900),
        Some("1900-01-01") => Ok(Serials::FromJanuary1900),
        Some("1904-01-01") => Ok(Serials::From1904),
        Some(_) => Err(odd("days counted from an unusual day")),
    }
}

impl Table {
    /// The cells of the rectangle around all that are filled.
    fn cells(&self) -> usize {
        self.rows.saturating_mul(self.columns)
    }

    fn see(&mut self, tag: Tag<'_>) -> Result<(), BookError> {
        match tag {
            Tag::Open("table:table-source", _) | Tag::Empty("table:table-source", _) => {
                self.linked = true;
                Ok(())
            }
            Tag::Open("table:table-row", attributes) | Tag::Empty("table:table-row", attributes) => {
                self.repeats = count(attributes, "table:number-rows-repeated")?;
                (self.column, self.blank) = (0, 0);
                if matches!(tag, Tag::Empty(..)) {
                    self.row = self.row.saturating_add(self.repeats);
                }
                Ok(())
            }
            Tag::Close("table:table-row") => {
                self.row = self.row.saturating_add(self.repeats);
                Ok(())
            }
            Tag::Open("table:table-cell" | "table:covered-table-cell", _) if self.copies.is_some() => {
                Err(odd("a cell within a cell"))
            }
            Tag::Open("table:table-cell" | "table:covered-table-cell", attributes) => {
                self.copies = Some(self.cell(attributes, Filled::Yes)?);
                Ok(())
            }
            Tag::Close("table:table-cell" | "table:covered-table-cell") => {
                self.copies = None;
                Ok(())
            }
            Tag::Text(text) => self.text(text.len(), self.copies.unwrap_or(0)),
            Tag::Open("text:s", attributes) | Tag::Empty("text:s", attributes) => {
                let blanks = count(attributes, "text:c")?;
                if blanks > BLANKS_MAX {
                    return Err(odd("too many blanks"));
                }
                self.text(blanks, self.copies.unwrap_or(0))
            }
            Tag::Empty("table:table-cell" | "table:covered-table-cell", attributes) => {
                let filled = attribute(attributes, "office:value-type").is_some()
                    || attribute(attributes, "office:value").is_some()
                    || attributes.contains("-value=")
                    || attributes.contains("formula");
                self.cell(attributes, if filled { Filled::Yes } else { Filled::No }).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Counts the cells that the reader makes: blank ones only if another follows.
    fn make(&mut self, repeats: usize, filled: Filled) -> Result<(), BookError> {
        let (now, later) = if filled == Filled::Yes { (repeats, 0) } else { (0, repeats) };
        self.made = self.made.saturating_add(std::mem::replace(&mut self.blank, later)).saturating_add(now);
        if self.made > MADE_MAX { Err(too_many()) } else { Ok(()) }
    }

    /// Counts text that stands in a cell with so many copies.
    fn text(&mut self, bytes: usize, copies: usize) -> Result<(), BookError> {
        self.text_bytes = self.text_bytes.saturating_add(bytes.saturating_mul(copies));
        if self.text_bytes > TEXT_COPIES_MAX { Err(too_much()) } else { Ok(()) }
    }

    /// Counts a cell, and says how many it stands for.
    fn cell(&mut self, attributes: &str, filled: Filled) -> Result<usize, BookError> {
        let repeats = count(attributes, "table:number-columns-repeated")?.min(COLUMNS_OF_PROGRAM);
        let spans = count(attributes, "table:number-rows-spanned")?;
        if attribute(attributes, "office:value-type") == Some("percentage") {
            let columns = self.column..self.column.saturating_add(repeats).min(super::COLUMNS_MAX);
            let rows = self.row..self.row.saturating_add(self.repeats).min(ROWS_MAX);
            for row in rows {
                self.percents.extend(columns.clone().map(|column| (row, column)));
                if self.percents.len() > CELLS_MAX {
                    return Err(too_many());
                }
            }
        }
        if spans > 1 && filled == Filled::Yes {
            let bottom = self.row.saturating_add(spans - 1);
            self.merges.push(Merge { top: self.row, left: self.column, bottom });
        }
        self.make(repeats, filled)?;
        let copies = repeats.saturating_mul(self.repeats);
        let kept = TEXTS.iter().filter_map(|name| attribute(attributes, name)).map(str::len).sum();
        self.text(kept, copies)?;
        self.column = self.column.saturating_add(repeats);
        if filled == Filled::Yes {
            self.rows = self.row.saturating_add(self.repeats);
            self.columns = self.columns.max(self.column);
            if self.cells() > CELLS_MAX {
                return Err(too_many());
            }
        }
        Ok(copies)
    }
}

/// Whether something stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filled {
    Yes,
    No,
}

fn too_many() -> BookError {
    BookError::too_large("means too many cells, repeated ones counted", CELLS_MAX.to_string())
}

fn too_much() -> BookError {
    let limit = format!("{TEXT_COPIES_MAX} bytes");
    BookError::too_large("means too much text, repeated cells counted", limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> String {
        format!("<d><table:table>{rows}</table:table></d>")
    }

    #[test]
    fn repeated_cells_are_counted_before_they_are_made() {
        let blank = "<table:table-row table:number-rows-repeated='1048576'>\
                     <table:table-cell table:number-columns-repeated='16384'/></table:table-row>";
        let full = "<table:table-row table:number-rows-repeated='1048576'>\
                    <table:table-cell office:value-type='float' office:value='1'/></table:table-row>";
        let one = "<table:table-row><table:table-cell office:value='1'/></table:table-row>";
        assert!(survey(&table(blank)).is_ok());
        assert!(survey(&table(full)).is_err());
        assert!(survey(&table(&format!("{one}{blank}"))).is_ok());
        assert!(survey(&table(&format!("{blank}{one}"))).is_err());
        assert!(survey(&table("<table:table-row><table:table-cell><text:s text:c='99999999'/></table:table-cell></table:table-row>")).is_err());
    }

    #[test]
    fn repeated_texts_are_counted_before_they_are_made() {
        let row = |cell: &str| {
            let repeats = "table:number-columns-repeated='1000'";
            let cell = cell.replace("<c", &format!("<table:table-cell {repeats}"));
            let cell = cell.replace("</c", "</table:table-cell");
            table(&format!("<table:table-row table:number-rows-repeated='900'>{cell}</table:table-row>"))
        };
        let text = "x".repeat(40);
        assert!(survey(&row("<c><text:p>short</text:p></c>")).is_ok());
        for cell in [
            format!("<c><text:p>{text}</text:p></c>"),
            format!("<c office:string-value='{text}'/>"),
            format!("<c table:formula='{text}'>1</c>"),
            "<c><text:p><text:s text:c='40'/></text:p></c>".into(),
        ] {
            let error = survey(&row(&cell)).expect_err("forty megabytes");
            assert!(error.to_string().contains("repeated cells counted"), "{error}");
        }
        assert!(survey(&row("<c><c>x</c></c>")).is_err(), "a cell within a cell");
    }

    #[test]
    fn blanks_before_a_cell_are_counted_and_those_at_the_end_are_not() {
        let row = |cells: &str| {
            let blank = "<table:table-cell table:number-columns-repeated='16383'/>";
            table(&format!("<table:table-row>{blank}{cells}</table:table-row>").repeat(200))
        };
        assert!(survey(&row("")).is_ok());
        assert!(survey(&row("<table:table-cell/>")).is_err());
    }

    #[test]
    fn tables_are_counted_together() {
        let half = "<table:table-row table:number-rows-repeated='1000'>\
                    <table:table-cell table:number-columns-repeated='500' office:value='1'/></table:table-row>";
        let tables = |count: usize| survey(&format!("<d>{}</d>", table(half).repeat(count)));
        assert_eq!(tables(2).map(|survey| survey.tables.len()), Ok(2));
        assert!(tables(3).is_err());
        let blank = |count: usize| survey(&format!("<d>{}</d>", table("").repeat(count)));
        assert_eq!(blank(SHEETS_MAX).map(|survey| survey.tables.len()), Ok(SHEETS_MAX));
        assert!(blank(SHEETS_MAX + 1).is_err());
    }

    #[test]
    fn percentages_and_merges_have_their_places() {
        let rows = "<table:table-row><table:table-cell table:number-columns-repeated='2'/>\
                    <table:table-cell office:value-type='percentage' office:value='0.9' \
                    table:number-rows-spanned='3'/></table:table-row>";
        let table = &survey(&table(rows)).expect("sound").tables[0];
        assert!(table.percents.contains(&(0, 2)));
        assert_eq!(table.merges, [Merge { top: 0, left: 2, bottom: 2 }]);
    }

    #[test]
    fn a_table_of_another_file_is_known() {
        let linked = |rows: &str| survey(&table(rows)).expect("sound").tables[0].linked;
        assert!(linked("<table:table-source xlink:href='other.ods'/>"));
        assert!(!linked("<table:table-row/>"));
    }

    #[test]
    fn days_are_counted_from_where_the_file_says() {
        let from = |day: &str| {
            let xml = format!("<d><table:null-date table:date-value='{day}'/></d>");
            survey(&xml).map(|survey| survey.serials)
        };
        assert_eq!(from("1899-12-30"), Ok(Serials::From1900));
        assert_eq!(from("1900-01-01"), Ok(Serials::FromJanuary1900));
        assert_eq!(from("1904-01-01"), Ok(Serials::From1904));
        assert!(from("1970-01-01").is_err());
    }
}
