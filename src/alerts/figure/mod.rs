//! What a mail shows of a working: its newest numbers as a table, and a picture above them.
//!
//! Counts of few people do not leave the machine: the table hides them, and what would show them
//! as a point is not sent.

mod drawing;
mod limits;
mod table;

pub use drawing::{draw_working, title_of};
pub use limits::limit_words;

use super::{Alert, Item, Kind};
use crate::audit::sha256_hex;
use crate::charts::Scene;
use crate::rules::{Method, Working, is_small};
pub(super) use table::Row;
use table::rows;

/// So many figures stand in one mail; each takes some 6 kB of a page that is clipped at 102 kB.
const FIGURES_MAX: usize = 6;

/// The largest image that is sent. A chart of three years takes about a quarter.
const PNG_BYTES_MAX: usize = 160 * 1024;

/// All images of a mail together: with the third that the encoding adds, well under what any relay
/// lets through.
const PNGS_BYTES_MAX: usize = 512 * 1024;

/// Hex digits of the hash in the name of a picture.
const CID_DIGITS: usize = 24;

/// A picture in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its name within the mail, without the brackets of a Content-ID.
    pub cid: String,
    /// Its file name.
    pub file: String,
    /// The image.
    pub png: Vec<u8>,
}

/// One working as a mail shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figure {
    /// What it is of.
    pub(super) title: String,
    /// What the values are, and by which bands they are judged.
    pub(super) unit: String,
    /// The newest periods, newest first.
    pub(super) rows: Vec<Row>,
    /// How many periods there are.
    pub(super) periods: usize,
    /// The flag under which the same numbers stand in this mail already.
    pub(super) as_under: Option<String>,
    /// The picture, or why there is none.
    pub(super) shown: Shown,
}

/// Whether a figure has its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// It has; with what is to be seen in it.
    Picture(Picture, String),
    /// It stands in this mail already, with the numbers.
    Same,
    /// It would show how many people, where they are few.
    FewPeople,
    /// The table says as much.
    FewPoints,
    /// It is too large, or the mail full.
    NoRoom,
}

impl Figure {
    /// Whether all of it stands in the mail already.
    fn repeats(&self) -> bool {
        self.rows.is_empty() && self.shown == Shown::Same
    }
}

/// The figures of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Those that the mail has room for.
    pub(super) shown: Vec<Figure>,
    /// How many more there are.
    pub(super) left_out: usize,
}

/// How a picture becomes an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// As PNG.
    Png,
    /// Not at all: only the words are wanted.
    Nothing,
}

/// The figures of an alert, in the order of its items. Other mails have none.
pub(super) fn figures(alert: &Alert, paint: Paint) -> Vec<Figures> {
    if alert.kind != Kind::Alert {
        return vec![Figures::default(); alert.items.len()];
    }
    let (tables, scenes) = (Vec::new(), Vec::new());
    let mut room = Room { alert, paint, tables, scenes, figures: FIGURES_MAX, bytes: PNGS_BYTES_MAX };
    alert.items.iter().map(|item| room.figures_of(item)).collect()
}

/// The pictures among figures, in their order.
pub(super) fn pictures(figures: Vec<Figures>) -> Vec<Picture> {
    let shown = figures.into_iter().flat_map(|figures| figures.shown);
    let picture = |figure: Figure| match figure.shown {
        Shown::Picture(picture, _) => Some(picture),
        _ => None,
    };
    shown.filter_map(picture).collect()
}

/// What a mail still has room for.
struct Room<'a> {
    alert: &'a Alert,
    paint: Paint,
    /// The series that have their table, with the flags under which they stand.
    tables: Vec<(&'a Working, &'a str)>,
    /// The pictures that are shown.
    scenes: Vec<Scene>,
    figures: usize,
    bytes: usize,
}

impl<'a> Room<'a> {
    fn figures_of(&mut self, item: &'a Item) -> Figures {
        let mut figures = Figures::default();
        for working in item.evidence.iter().filter_map(|evidence| evidence.working.as_deref()) {
            if self.figures == 0 {
                figures.left_out += 1;
                continue;
            }
            let figure = self.figure(item, working);
            self.figures -= usize::from(!figure.repeats());
            figures.shown.push(figure);
        }
        // Where an item has something of its own to show, what stands elsewhere needs no word.
        if figures.shown.iter().any(|figure| !figure.repeats()) {
            figures.shown.retain(|figure| !figure.repeats());
        }
        figures
    }

    /// A series that is judged in two ways has two pictures and one table.
    fn figure(&mut self, item: &'a Item, working: &'a Working) -> Figure {
        let same = |one: &Working| (&one.indicator, &one.points) == (&working.indicator, &working.points);
        let told = self.tables.iter().find(|(one, _)| same(one)).map(|(_, flag)| (*flag).to_owned());
        if told.is_none() {
            self.tables.push((working, &item.flag));
        }
        Figure {
            title: title_of(working),
            unit: table::unit_words(working),
            rows: if told.is_some() { Vec::new() } else { rows(working) },
            periods: working.points.len(),
            as_under: told.filter(|flag| *flag != item.flag),
            shown: self.picture(item, working),
        }
    }

    fn picture(&mut self, item: &Item, working: &Working) -> Shown {
        if shows_few_people(working) {
            return Shown::FewPeople;
        }
        let Some(scene) = draw_working(working, &item.subject_name) else { return Shown::FewPoints };
        if self.scenes.contains(&scene) {
            return Shown::Same;
        }
        let png = match self.paint {
            Paint::Png => crate::charts::png(&scene).ok(),
            Paint::Nothing => Some(Vec::new()),
        };
        let fits = |png: &Vec<u8>| png.len() <= PNG_BYTES_MAX.min(self.bytes);
        let Some(png) = png.filter(fits) else { return Shown::NoRoom };
        self.bytes -= png.len();
        let seen = scene.description().to_owned();
        let number = self.scenes.len() + 1;
        let cid = self.cid(item, &scene, number);
        self.scenes.push(scene);
        Shown::Picture(Picture { cid, file: format!("chart-{number}.png"), png }, seen)
    }

    /// The same alert has the same names for its pictures, another has others: a mail program that
    /// shows a thread keeps them apart.
    fn cid(&self, item: &Item, scene: &Scene, number: usize) -> String {
        let whole = format!("{} {number} {}\n{}", item.flag, self.alert.raised_at, scene.description());
        let digits: String = sha256_hex(whole.as_bytes()).chars().take(CID_DIGITS).collect();
        format!("{digits}@chart.carewarden")
    }
}

/// Whether a picture would show a count of few people, of this reporter or of another.
fn shows_few_people(working: &Working) -> bool {
    let Some(indicator) = working.indicator() else { return true };
    let few = |count: f64| is_small(indicator, count);
    let peers = match &working.method {
        Method::Funnel { peers, .. } => peers.as_slice(),
        _ => &[],
    };
    working.points.iter().any(|point| table::is_hidden(indicator, point))
        || peers.iter().any(|peer| few(peer.numerator) || few(peer.denominator))
}

#[cfg(test)]
mod tests {
    use super::super::Sample;
    use super::*;

    fn shown(figures: usize, bytes: usize) -> Vec<Figures> {
        let alert = Sample::Reported.alert();
        let mut room =
            Room { alert: &alert, paint: Paint::Png, tables: Vec::new(), scenes: Vec::new(), figures, bytes };
        alert.items.iter().map(|item| room.figures_of(item)).collect()
    }

    #[test]
    fn a_mail_that_is_full_keeps_its_tables() {
        let full = shown(FIGURES_MAX, 80 * 1024);
        assert!(matches!(full[0].shown[0].shown, Shown::Picture(..)));
        assert_eq!(full[1].shown[0].shown, Shown::NoRoom);
        let none = shown(FIGURES_MAX, 10);
        assert_eq!((none[0].shown[0].rows.len(), &none[0].shown[0].shown), (6, &Shown::NoRoom));
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let one = shown(1, PNGS_BYTES_MAX);
        assert_eq!((one[0].shown.len(), one[1].shown.len(), one[1].left_out), (1, 0, 1));
    }

    #[test]
    fn the_same_alert_has_the_same_pictures() {
        let alert = Sample::Reported.alert();
        let both = || pictures(figures(&alert, Paint::Png));
        assert_eq!(both(), both());
        let mut later = alert.clone();
        later.raised_at += jiff::SignedDuration::from_hours(1);
        assert_ne!(both()[0].cid, pictures(figures(&later, Paint::Nothing))[0].cid);
    }
}
