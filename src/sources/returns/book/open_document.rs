//! What must be known of an ODS file before its reader may see it: a cell or row says how often it
//! is repeated, so a kilobyte can mean a thousand million cells.

use std::collections::BTreeSet;

use super::cells::Merge;
use super::tags::{self, Tag, attribute, count, odd};
use super::{BookError, CELLS_MAX, ROWS_MAX, SHEETS_MAX, Serials};

/// Blanks that one tag may stand for.
const BLANKS_MAX: usize = 1_000;

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
}

/// Surveys `content.xml`.
pub(super) fn survey(content: &str) -> Result<Survey, BookError> {
    let mut survey = Survey::default();
    let mut within = false;
    // The reader makes a whole rectangle of every table before it gives any of them out.
    let mut cells = 0_usize;
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
                if cells > CELLS_MAX {
                    return Err(too_many());
                }
            }
            Tag::Open("text:s", attributes) | Tag::Empty("text:s", attributes) => {
                if count(attributes, "text:c")? > BLANKS_MAX {
                    return Err(odd("too many blanks"));
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
                self.column = 0;
                if matches!(tag, Tag::Empty(..)) {
                    self.row = self.row.saturating_add(self.repeats);
                }
                Ok(())
            }
            Tag::Close("table:table-row") => {
                self.row = self.row.saturating_add(self.repeats);
                Ok(())
            }
            Tag::Open("table:table-cell" | "table:covered-table-cell", attributes) => {
                self.cell(attributes, Filled::Yes)
            }
            Tag::Empty("table:table-cell" | "table:covered-table-cell", attributes) => {
                let filled = attribute(attributes, "office:value-type").is_some()
                    || attribute(attributes, "office:value").is_some()
                    || attributes.contains("-value=")
                    || attributes.contains("formula");
                self.cell(attributes, if filled { Filled::Yes } else { Filled::No })
            }
            _ => Ok(()),
        }
    }

    fn cell(&mut self, attributes: &str, filled: Filled) -> Result<(), BookError> {
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
        self.column = self.column.saturating_add(repeats);
        if filled == Filled::Yes {
            self.rows = self.row.saturating_add(self.repeats);
            self.columns = self.columns.max(self.column);
            if self.cells() > CELLS_MAX {
                return Err(too_many());
            }
        }
        Ok(())
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
