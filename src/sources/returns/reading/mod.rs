//! From tables to values and rejects, by a template. Nothing vanishes: what is read is a value, a
//! reject, the repeat of a value, or withheld by its owner.

mod cells;
mod checks;
mod heads;
mod record;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;

use super::book::Book;
use super::template::{Shape, Template};
use crate::domain::period::Period;
use crate::domain::return_::{Kept, ReturnValue};

/// Rejects of a file that are kept one by one; the rest is a number.
pub const REJECTS_MAX: usize = 1_000;

/// Bytes of the words around a place's sheet, row and column.
const PLACE_WORDS_BYTES: usize = 48;

/// What must be known beside the file.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The day on which the file came, in the council's zone.
    pub came_on: Date,
    /// The ids of providers and locations that may report; empty means any.
    pub known: &'a BTreeSet<String>,
}

/// Where something stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sheet; empty for a CSV file.
    pub sheet: String,
    /// The row, from 1; absent where it is about the whole sheet.
    pub row: Option<usize>,
    /// The column's heading, or the cell's name.
    pub column: String,
}

/// A row or cell that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Where it stands.
    pub place: Place,
    /// What stands there. It is told to the sender and not stored: it may be anything.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// What a file came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The template it was read by.
    pub template: String,
    /// The good values.
    pub values: Vec<ReturnValue>,
    /// Where each of them stands.
    pub places: Vec<Place>,
    /// What was refused.
    pub rejects: Vec<Reject>,
    /// Values that stand in the file more than once, the same each time.
    pub repeated: usize,
    /// Rows that their owner does not share with councils.
    pub withheld: usize,
    /// The providers and periods that it is about, whatever came of their values.
    pub about: BTreeSet<(String, Period)>,
    /// Those of them of which something was refused.
    pub spoiled: BTreeSet<(String, Period)>,
    /// Ids that stand in rows of which nothing more could be read, of known providers or not.
    pub unplaced: BTreeSet<String>,
    /// Everything that was looked at: values, rejects, repeated and withheld.
    pub read: usize,
    /// Rows passed over and columns not used, in words.
    pub notes: Vec<String>,
    /// Whether more is bad than the template allows.
    pub refused: bool,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut comma = "";
        if !self.sheet.is_empty() {
            write!(f, "sheet \u{201c}{}\u{201d}", self.sheet)?;
            comma = ", ";
        }
        if let Some(row) = self.row {
            write!(f, "{comma}row {row}")?;
            comma = ", ";
        }
        match self.column.as_str() {
            "" if comma.is_empty() => f.write_str("the file"),
            "" => Ok(()),
            column => write!(f, "{comma}column \u{201c}{column}\u{201d}"),
        }
    }
}

impl Place {
    /// As words, in one piece of memory: there is one for every value.
    fn told(&self) -> String {
        let mut words = String::with_capacity(self.sheet.len() + self.column.len() + PLACE_WORDS_BYTES);
        // A string takes all that is written to it.
        let _ = write!(words, "{self}");
        words
    }
}

impl Reading {
    /// Each provider's return for each period: how whole it is, and the values of it that are kept.
    #[must_use]
    pub fn returns(&self) -> BTreeMap<(&str, Period), (Kept, Vec<&ReturnValue>)> {
        let kept = |about| if self.spoiled.contains(about) { Kept::Part } else { Kept::Whole };
        let of = |about| if self.refused { Kept::Nothing } else { kept(about) };
        let mut returns: BTreeMap<_, (Kept, Vec<&ReturnValue>)> =
            self.about.iter().map(|about| ((about.0.as_str(), about.1), (of(about), Vec::new()))).collect();
        for value in self.values.iter().filter(|_| !self.refused) {
            if let Some((_, values)) = returns.get_mut(&(value.provider_id.as_str(), value.period)) {
                values.push(value);
            }
        }
        for (kept, _) in returns.values_mut().filter(|(_, values)| values.is_empty()) {
            *kept = Kept::Nothing;
        }
        returns
    }

    /// The ids under which something was refused, as the file gives them.
    #[must_use]
    pub fn refused_ids(&self) -> BTreeSet<&str> {
        let about = if self.refused { &self.about } else { &self.spoiled };
        about.iter().map(|(id, _)| id).chain(&self.unplaced).map(String::as_str).collect()
    }

    /// Keeps a value or its reject.
    fn keep(&mut self, about: &(String, Period), value: Result<(ReturnValue, Place), Reject>) {
        match value {
            Ok((value, place)) => {
                self.values.push(value);
                self.places.push(place);
            }
            Err(reject) => {
                self.rejects.push(reject);
                self.spoiled.insert(about.clone());
            }
        }
        // Most rows of a file are about the same.
        if !self.about.contains(about) {
            self.about.insert(about.clone());
        }
    }

    /// Notes a row that cannot be placed, and whose id it has, if that much can be read.
    fn misplace(&mut self, id: Option<String>, reject: Reject) {
        self.unplaced.extend(id);
        self.rejects.push(reject);
    }

    fn refuse_if_too_bad(&mut self, bad_share_max: f64) {
        let share = self.rejects.len() as f64 / self.read.max(1) as f64;
        self.refused = self.values.is_empty() || share > bad_share_max;
    }
}

/// Reads a book by a template.
#[must_use]
pub fn read(book: &Book, template: &Template, around: Around<'_>) -> Reading {
    let mut gathered = match template.shape {
        Shape::Long | Shape::Wide => tables::read(book, template, around),
        Shape::Cells => cells::read(book, template, around),
    };
    checks::across(&mut gathered);
    let mut reading = Reading { template: template.id.clone(), ..gathered };
    reading.refuse_if_too_bad(template.bad_share_max);
    reading.notes.splice(0..0, book.notes.iter().cloned());
    reading
}

/// The template that fits a book best: the one of whose headings or cells most are there.
///
/// # Errors
/// The ids of those that fit equally well, or none.
pub fn fitting<'t>(book: &Book, templates: &[&'t Template]) -> Result<&'t Template, Vec<String>> {
    let tried = heads::Tried::of(book);
    let fits: Vec<(usize, &Template)> = templates
        .iter()
        .map(|template| {
            let fit = match template.shape {
                Shape::Long | Shape::Wide => heads::fit(&tried, template),
                Shape::Cells => cells::fit(book, template),
            };
            (fit, *template)
        })
        .filter(|(fit, _)| *fit > 0)
        .collect();
    let best = fits.iter().map(|(fit, _)| *fit).max().unwrap_or(0);
    let equal: Vec<&Template> =
        fits.iter().filter(|(fit, _)| *fit == best).map(|(_, template)| *template).collect();
    match equal.as_slice() {
        [one] => Ok(one),
        several => Err(several.iter().map(|template| template.id.clone()).collect()),
    }
}
