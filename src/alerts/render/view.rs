//! What the templates may use of an alert: cleaned, cut, counted, and never undefined.

use jiff::{ToSpan, civil};
use minijinja::{Value, context};

use crate::domain::Severity;

use super::super::figure::{Figure, Figures, Row, Shown};
use super::super::{Alert, Change, Extent, Item, Kind, NamedFile, Refusal, RefusedFile, Sender, Why};
use super::source;
use super::subject;
use super::words::{clean, clean_line, council_short, gravest, severity_word};

/// Items told at length in one mail; the rest is counted and listed by `carewarden flags`. So many
/// keep the HTML under the 102 kB at which large mail providers clip it.
const ITEMS_MAX: usize = 16;

/// Items of a summary or digest, which take two lines each.
const ROWS_MAX: usize = 100;

/// Lines shown of each list: notes, gaps, recipients also told.
const LINES_MAX: usize = 50;

/// Ids shown of one file in a list.
const NAMED_IDS_MAX: usize = 3;

/// Changes shown of one item: a rating and its five key questions, twice.
const CHANGES_MAX: usize = 12;

/// Longest id, date or word.
const WORD_CHARS_MAX: usize = 80;

/// Longest name or value.
const NAME_CHARS_MAX: usize = 200;

/// Longest sentence.
const SENTENCE_CHARS_MAX: usize = 600;

/// Longest link.
const LINK_CHARS_MAX: usize = 300;

/// The longest deadline a template may ask for: a year.
const DEADLINE_MINUTES_MAX: i64 = 366 * DAY_MINUTES;

/// A day.
const DAY_MINUTES: i64 = 24 * 60;

/// Everything a template can say of an alert.
pub(super) fn context_of(alert: &Alert, figures: &[Figures]) -> Value {
    let raised = alert.raised_civil;
    context! {
        kind => alert.kind.as_str(),
        council => clean(&alert.council, WORD_CHARS_MAX),
        council_short => council_short(&alert.council),
        heading => heading(alert),
        subject => subject::subject(alert),
        title => subject::title(alert),
        preheader => preheader(alert),
        severity => gravest(alert).as_str(),
        band => band(alert),
        why => alert.why.as_str(),
        why_words => alert.why.in_words(),
        raised => word(&alert.raised_words),
        answer => sentence(alert.answer.as_deref()),
        deadline => Value::from_function(move |minutes: i64| deadline(raised, minutes)),
        provider => provider_of(alert),
        mail_id => subject::mail_id(alert),
        rule => alert.items.first().map(|item| word(&item.rule)),
        flag => alert.items.first().map(|item| word(&item.flag)),
        since => alert.items.first().map(|item| word(&item.since)),
        other_flags => lines(alert.items.iter().take(items_max(alert)).skip(1).map(|item| &item.flag), WORD_CHARS_MAX),
        count => alert.items.len(),
        items => alert.items.iter().zip(figures).take(items_max(alert)).map(item_of).collect::<Vec<_>>(),
        groups => groups(alert, figures),
        left_out => alert.items.len().saturating_sub(items_max(alert)),
        also_told => lines(&alert.also_told, WORD_CHARS_MAX).join(", "),
        refusal => alert.refusal.as_ref().map(refusal_of),
        notes => lines(&alert.notes, SENTENCE_CHARS_MAX),
        not_known => lines(&alert.not_known, SENTENCE_CHARS_MAX),
    }
}

const fn items_max(alert: &Alert) -> usize {
    match alert.kind {
        Kind::Summary | Kind::Digest => ROWS_MAX,
        Kind::Alert | Kind::Source | Kind::Delivery | Kind::Config => ITEMS_MAX,
    }
}

fn word(text: &str) -> String {
    clean(text, WORD_CHARS_MAX)
}

fn sentence(text: Option<&str>) -> Option<String> {
    text.map(|text| clean(text, SENTENCE_CHARS_MAX)).filter(|text| !text.is_empty())
}

fn lines<'a>(texts: impl IntoIterator<Item = &'a String>, chars_max: usize) -> Vec<String> {
    texts.into_iter().take(LINES_MAX).map(|text| clean_line(text, chars_max)).collect()
}

/// A name, or for lack of one the id: an empty name must not make a provider vanish.
fn name_or(name: &str, id: &str) -> String {
    let name = clean(name, NAME_CHARS_MAX);
    if name.is_empty() { clean(id, NAME_CHARS_MAX) } else { name }
}

/// What kind of mail it is, in the words of its head.
fn heading(alert: &Alert) -> String {
    let cleared = alert.why == Why::Cleared;
    match &alert.refusal {
        Some(Refusal::File(file)) if file.extent == Extent::Part => return "return taken in part".to_owned(),
        Some(_) => return "return refused".to_owned(),
        None => {}
    }
    match alert.kind {
        Kind::Alert if cleared => "cleared".to_owned(),
        Kind::Alert => format!("{} alert", gravest(alert)),
        Kind::Summary => "register as found".to_owned(),
        Kind::Digest => "digest".to_owned(),
        Kind::Source if cleared => "source recovered".to_owned(),
        Kind::Source => "source alert".to_owned(),
        Kind::Delivery => "mail not delivered".to_owned(),
        Kind::Config => "configuration fault".to_owned(),
    }
}

/// The role of the band's colour.
fn band(alert: &Alert) -> &'static str {
    match (alert.kind, alert.why) {
        (Kind::Alert | Kind::Source, Why::Cleared) => "cleared",
        (Kind::Source, _) if alert.refusal.is_some() => Severity::Watch.as_str(),
        (Kind::Source | Kind::Delivery | Kind::Config, _) => Severity::Operator.as_str(),
        (Kind::Summary | Kind::Digest, _) => Severity::Watch.as_str(),
        (Kind::Alert, _) => gravest(alert).as_str(),
    }
}

/// What mail programs show beside the subject: the provider's name is left to the mail itself.
fn preheader(alert: &Alert) -> String {
    let told = match alert.why {
        Why::First => None,
        why => Some(why.in_words().to_owned()),
    };
    let parts = [sentence(alert.answer.as_deref()), told, alert.notes.first().map(|note| word(note))];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() { format!("Raised {}.", word(&alert.raised_words)) } else { said.join(" ") }
}

fn provider_of(alert: &Alert) -> Option<Value> {
    let subject = alert.provider.as_ref()?;
    Some(context! {
        id => word(&subject.id),
        name => name_or(alert.provider_name.as_deref().unwrap_or_default(), &subject.id),
    })
}

fn item_of((item, figures): (&Item, &Figures)) -> Value {
    let link = item.link.as_deref().and_then(link_of);
    context! {
        flag => word(&item.flag),
        rule => word(&item.rule),
        rule_name => clean(&item.rule_name, NAME_CHARS_MAX),
        rule_text => clean(&item.rule_text, SENTENCE_CHARS_MAX),
        rule_version => word(&item.rule_version),
        severity => item.severity.as_str(),
        severity_word => severity_word(item.severity),
        why => item.why.as_str(),
        why_words => item.why.in_words(),
        state => word(&item.state),
        subject_kind => item.subject.kind.as_str(),
        subject_id => word(&item.subject.id),
        name => name_or(&item.subject_name, &item.subject.id),
        area => item.area.as_deref().map(|area| clean(area, NAME_CHARS_MAX)),
        reason => sentence(Some(&item.reason)).unwrap_or_else(|| clean(&item.rule_name, NAME_CHARS_MAX)),
        changes => item.changes.iter().take(CHANGES_MAX).map(change_of).collect::<Vec<_>>(),
        has_old => item.changes.iter().any(|change| change.old.is_some()),
        questions => sentence(item.questions.as_deref()),
        publisher => source::publisher(item, link.as_deref()),
        link => link,
        read_at => word(&item.read_at),
        since => word(&item.since),
        figures => figures.shown.iter().map(|figure| figure_of(figure, item)).collect::<Vec<_>>(),
        figures_left_out => figures.left_out,
    }
}

fn figure_of(figure: &Figure, item: &Item) -> Value {
    let row = |row: &Row| {
        context! {
            period => word(&row.period),
            value => word(&row.value),
            counts => row.counts.as_deref().map(word),
        }
    };
    let (cid, alt) = match &figure.shown {
        Shown::Picture(picture, seen) => (Some(picture.cid.as_str()), Some(clean(seen, SENTENCE_CHARS_MAX))),
        _ => (None, None),
    };
    let explain = format!("carewarden explain {}", word(&item.flag));
    let note = match figure.shown {
        Shown::Picture(..) | Shown::Same | Shown::FewPoints => None,
        Shown::FewPeople => Some("No picture is sent: it would show counts under 5.".to_owned()),
        Shown::NoRoom => Some(format!("The picture has no room here: {explain} --chart FILE")),
    };
    let rows = figure.rows.len();
    let more = match &figure.as_under {
        Some(flag) if figure.shown == Shown::Same => {
            Some(format!("The numbers and the picture stand under {}.", word(flag)))
        }
        Some(flag) => Some(format!("The numbers stand under {}.", word(flag))),
        None if (1..figure.periods).contains(&rows) => {
            Some(format!("The newest {rows} of {} periods; all: {explain}", figure.periods))
        }
        None => None,
    };
    context! {
        title => clean(&figure.title, NAME_CHARS_MAX),
        unit => clean(&figure.unit, NAME_CHARS_MAX),
        rows => figure.rows.iter().map(row).collect::<Vec<_>>(),
        has_counts => figure.rows.iter().any(|row| row.counts.is_some()),
        cid => cid,
        alt => alt,
        note => note,
        more => more,
    }
}

/// What is told of refused returns: one file at length, or many by their names.
fn refusal_of(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::File(file) => file_of(file),
        Refusal::More { files, .. } => context! {
            files => files.iter().take(LINES_MAX).map(named_file).collect::<Vec<_>>(),
            count => files.len(),
            left_out => files.len().saturating_sub(LINES_MAX),
        },
    }
}

fn file_of(file: &RefusedFile) -> Value {
    let sender = |sender: &Sender| {
        context! {
            id => word(&sender.id),
            name => name_or(sender.name.as_deref().unwrap_or_default(), "Name not known"),
        }
    };
    context! {
        files => Vec::<Value>::new(),
        file => clean(&file.file, NAME_CHARS_MAX),
        whole => file.extent == Extent::Whole,
        senders => file.senders.iter().take(ITEMS_MAX).map(sender).collect::<Vec<_>>(),
        left_out => file.senders.len().saturating_sub(ITEMS_MAX),
        words => lines(&file.words, SENTENCE_CHARS_MAX),
        faults => lines(&file.faults, SENTENCE_CHARS_MAX),
        folder => file.folder.as_deref().map(|folder| clean(folder, NAME_CHARS_MAX)),
    }
}

fn named_file(named: &NamedFile) -> Value {
    let mut ids = lines(named.ids.iter().take(NAMED_IDS_MAX), WORD_CHARS_MAX).join(", ");
    if named.ids.len() > NAMED_IDS_MAX {
        ids = format!("{ids} and {} more", named.ids.len() - NAMED_IDS_MAX);
    }
    context! { file => clean(&named.file, NAME_CHARS_MAX), ids => ids }
}

fn change_of(change: &Change) -> Value {
    let value = |text: &str| clean(text, NAME_CHARS_MAX);
    let date = |text: &Option<String>| text.as_deref().map(word).filter(|date| !date.is_empty());
    let dated = |text: &str, on: Option<String>| match on {
        Some(on) => format!("{} ({on})", value(text)),
        None => value(text),
    };
    context! {
        what => value(&change.what),
        old => change.old.as_deref().map(|old| dated(old, date(&change.old_date))),
        old_value => change.old.as_deref().map(value),
        old_date => date(&change.old_date),
        new => dated(&change.new, date(&change.new_date)),
        new_value => value(&change.new),
        new_date => date(&change.new_date),
    }
}

/// A link that may be clicked: to the web and nowhere else.
fn link_of(link: &str) -> Option<String> {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    let plain = link.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>'));
    (is_web && plain && link.len() <= LINK_CHARS_MAX).then(|| link.to_owned())
}

/// Items by severity, gravest first; empty severities are left out.
fn groups(alert: &Alert, figures: &[Figures]) -> Vec<Value> {
    let group = |severity: &Severity| {
        let of = || alert.items.iter().filter(|item| item.severity == *severity);
        let all = alert.items.iter().zip(figures).take(items_max(alert));
        let shown = all.filter(|(item, _)| item.severity == *severity);
        let group = context! {
            severity => severity.as_str(),
            word => severity_word(*severity),
            count => of().count(),
            items => shown.map(item_of).collect::<Vec<_>>(),
        };
        (of().count() > 0).then_some(group)
    };
    Severity::ALL.iter().rev().filter_map(group).collect()
}

/// A deadline in the council's own time: "08:05" or "Wed 01:05" within a day, "Tue 11 Mar" later.
fn deadline(raised: civil::DateTime, minutes: i64) -> String {
    let minutes = minutes.clamp(0, DEADLINE_MINUTES_MAX);
    let at = raised.saturating_add(minutes.minutes());
    let format = match (minutes < DAY_MINUTES, at.date() == raised.date()) {
        (true, true) => "%H:%M",
        (true, false) => "%a %H:%M",
        (false, _) => "%a %-d %b",
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_deadline_is_as_exact_as_it_is_near() {
        let raised = date(2025, 3, 4).at(6, 5, 0, 0);
        assert_eq!(deadline(raised, 120), "08:05");
        assert_eq!(deadline(raised, 19 * 60), "Wed 01:05");
        assert_eq!(deadline(raised, 24 * 60), "Wed 5 Mar");
        assert_eq!(deadline(raised, 7 * 24 * 60), "Tue 11 Mar");
        assert_eq!(deadline(raised, i64::MAX), "Thu 5 Mar");
    }

    #[test]
    fn only_a_plain_web_address_is_a_link() {
        assert!(link_of("https://www.cqc.org.uk/location/1-6321709131").is_some());
        for bad in ["javascript:alert(1)", "https://a b", "https://a\"x", "data:text/html,x", "HTTPS://é"] {
            assert_eq!(link_of(bad), None, "{bad}");
        }
    }
}
