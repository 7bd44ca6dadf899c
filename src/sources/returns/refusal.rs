//! The text beside a file: what is wrong, where, and what to do, for a provider's administrator.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::book::BookError;
use super::reading::{Reading, Reject};
use super::template::Template;

/// Faults that are listed one by one; the rest is a number.
const LISTED_MAX: usize = 100;

/// Faults that a mail lists: it is to be read, and the text beside the file has more.
const MAILED_MAX: usize = 30;

/// Digits of a number that is repeated in a mail. A telephone number has eleven, an NHS number ten.
const MAILED_DIGITS_MAX: usize = 8;

/// Columns of a line.
const COLUMNS: usize = 88;

/// What a text is about.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The council.
    pub council: &'a str,
    /// The day on which the file was read.
    pub read_on: Date,
}

impl Letter<'_> {
    /// For a file that could not be read at all.
    #[must_use]
    pub fn unreadable(self, why: &BookError) -> String {
        let mut text = self.head("was not taken");
        para(&mut text, &format!("Why: {why}."));
        text
    }

    /// For a file that fits no form, or several.
    #[must_use]
    pub fn unfitting(self, fits: &[String]) -> String {
        let mut text = self.head("was not taken");
        if fits.is_empty() {
            para(
                &mut text,
                "Why: it does not look like any of the council's forms. A heading may have been renamed, or \
                 it is another document. Please use the council's form as it is and send the file again.",
            );
        } else {
            let fits = fits.join(", ");
            para(
                &mut text,
                &format!(
                    "Why: it looks like several of the council's forms alike ({fits}). Please tell the council, \
                     whose settings must say which form you use."
                ),
            );
        }
        text
    }

    /// For a file of which something was refused; nothing to say about one that is whole.
    #[must_use]
    pub fn faults(self, reading: &Reading, template: &Template) -> Option<String> {
        if reading.rejects.is_empty() {
            return None;
        }
        let mut text = String::new();
        for words in self.opening(reading, template) {
            para(&mut text, &words);
        }
        list(&mut text, &reading.rejects);
        if !reading.notes.is_empty() {
            text.push_str("Also:\n");
            for note in &reading.notes {
                item(&mut text, "-", note);
            }
        }
        Some(text)
    }

    /// The same for a mail, which is kept: what happened, and a line a fault, not folded. No words out
    /// of a cell, because they may name a person; notes are left to the text beside the file for that
    /// reason.
    #[must_use]
    pub fn mailed(self, reading: &Reading, template: &Template) -> Option<(Vec<String>, Vec<String>)> {
        if reading.rejects.is_empty() {
            return None;
        }
        let mut rejects: Vec<&Reject> = reading.rejects.iter().collect();
        rejects.sort();
        let of_fault = |(index, reject): (usize, &&Reject)| {
            format!("{}. {}", index + 1, fault(reject, &found_for_mail(&reject.found)))
        };
        let mut lines: Vec<String> = rejects.iter().take(MAILED_MAX).enumerate().map(of_fault).collect();
        if rejects.len() > MAILED_MAX {
            lines.push(format!("... and {} more.", rejects.len() - MAILED_MAX));
        }
        Some((self.opening(reading, template).to_vec(), lines))
    }

    fn opening(self, reading: &Reading, template: &Template) -> [String; 3] {
        let (what, kept) = if reading.refused {
            let share = format!("{:.0}", 100.0 * template.bad_share_max);
            let kept = if reading.values.is_empty() {
                "Nothing in it could be used.".to_owned()
            } else {
                format!(
                    "Nothing of it was kept, because {} of {} entries are wrong, which is more than {share} in 100.",
                    reading.rejects.len(),
                    reading.read
                )
            };
            ("was not taken", kept)
        } else {
            let kept = format!("The other {} entries were kept.", reading.values.len());
            ("was taken in part", kept)
        };
        [
            self.first(what),
            format!("It was read as the form \u{201c}{}\u{201d}. {kept}", template.name),
            "What to do: put right what is listed here in your own copy, save it, and send the whole file \
             again. What you sent before stays on record; the new file counts from the day it comes."
                .to_owned(),
        ]
    }

    fn first(self, what: &str) -> String {
        let file = crate::domain::clean_text(self.file);
        let day = self.read_on.strftime("%-d %B %Y");
        format!("{file} {what} by {} on {day}.", self.council)
    }

    fn head(self, what: &str) -> String {
        let mut text = String::new();
        para(&mut text, &self.first(what));
        text
    }
}

fn list(text: &mut String, rejects: &[Reject]) {
    let mut rejects: Vec<&Reject> = rejects.iter().collect();
    rejects.sort();
    for (index, reject) in rejects.iter().take(LISTED_MAX).enumerate() {
        item(text, &format!("{}.", index + 1), &fault(reject, &found(&reject.found)));
    }
    if rejects.len() > LISTED_MAX {
        item(text, "", &format!("... and {} more.", rejects.len() - LISTED_MAX));
    }
    text.push('\n');
}

/// A fault in one line; `found` says what stands in its place.
fn fault(reject: &Reject, found: &str) -> String {
    format!("{}: {found}; expected {}", capital(&reject.place.to_string()), reject.expected)
}

fn found(text: &str) -> String {
    match text {
        "" => "nothing stands there".to_owned(),
        found => format!("it says \u{201c}{found}\u{201d}"),
    }
}

/// A short number is told; a long one may be a person's, and words may be a name.
fn found_for_mail(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || "+-.,%/: ".contains(c));
    if text.is_empty() || (is_number && digits <= MAILED_DIGITS_MAX) {
        found(text)
    } else {
        "what it says is not repeated in a mail".to_owned()
    }
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn para(text: &mut String, words: &str) {
    // A string takes all that is written to it.
    let _ = writeln!(text, "{}\n", textwrap::fill(words, COLUMNS));
}

fn item(text: &mut String, mark: &str, words: &str) {
    let options = textwrap::Options::new(COLUMNS).initial_indent("  ").subsequent_indent("       ");
    let _ = writeln!(text, "{}", textwrap::fill(&format!("{mark:<4} {words}"), options));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_repeats_numbers_and_no_words() {
        for told in ["", "107", "-4", "1,560.5", "31/02/2026", "104 %"] {
            assert_eq!(found_for_mail(told), found(told), "{told:?}");
        }
        for kept_back in ["Mary Smith", "M. S.", "943 476 5919", "0161 496 0000", "n/a", "C-104", "\u{2026}"]
        {
            assert_eq!(found_for_mail(kept_back), "what it says is not repeated in a mail");
        }
    }
}
