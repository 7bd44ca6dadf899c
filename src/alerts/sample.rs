//! One made-up alert of each sort, for `carewarden mail preview`, for trying a council's own
//! templates when they are read, and for tests. No real provider is meant.

use jiff::{Timestamp, civil};

use super::{Alert, Change, Item, Kind, Why};
use crate::domain::{Severity, Subject};
use crate::rules::Evidence;

/// What a sample shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    /// One contingency flag, told for the first time.
    Contingency,
    /// Three flags of one provider in one mail.
    Several,
    /// A concern.
    Concern,
    /// A watch flag.
    Watch,
    /// A standing flag that became worse.
    Worse,
    /// A further flag of a provider known to the reader.
    NewInGroup,
    /// A flag nobody answered.
    Escalated,
    /// A flag that still stands.
    Reminder,
    /// A flag that cleared.
    Cleared,
    /// The regulator put right what it had said.
    Correction,
    /// A location left the register.
    Deregistered,
    /// The register as found on the first run.
    Summary,
    /// A digest with flags.
    Digest,
    /// A digest without news: that it comes is the news.
    QuietDigest,
    /// A source failed.
    SourceFailed,
    /// A source works again.
    SourceRecovered,
    /// A mail could not be delivered.
    Delivery,
    /// A changed configuration has faults.
    Config,
}

impl Sample {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Contingency,
        Self::Several,
        Self::Concern,
        Self::Watch,
        Self::Worse,
        Self::NewInGroup,
        Self::Escalated,
        Self::Reminder,
        Self::Cleared,
        Self::Correction,
        Self::Deregistered,
        Self::Summary,
        Self::Digest,
        Self::QuietDigest,
        Self::SourceFailed,
        Self::SourceRecovered,
        Self::Delivery,
        Self::Config,
    ];

    /// The word by which `carewarden mail preview` calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contingency => "contingency",
            Self::Several => "several",
            Self::Concern => "concern",
            Self::Watch => "watch",
            Self::Worse => "worse",
            Self::NewInGroup => "new-in-group",
            Self::Escalated => "escalated",
            Self::Reminder => "reminder",
            Self::Cleared => "cleared",
            Self::Correction => "correction",
            Self::Deregistered => "deregistered",
            Self::Summary => "summary",
            Self::Digest => "digest",
            Self::QuietDigest => "quiet-digest",
            Self::SourceFailed => "source-failed",
            Self::SourceRecovered => "source-recovered",
            Self::Delivery => "delivery",
            Self::Config => "config",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sample| sample.as_str() == text)
    }

    /// The alert it stands for.
    #[must_use]
    pub fn alert(self) -> Alert {
        match self {
            Self::Contingency => told(fell_to_inadequate(), Why::First),
            Self::Several => several(),
            Self::Concern => told(fell_to_requires_improvement(), Why::First),
            Self::Watch => told(dormant(), Why::First),
            Self::Worse => told(undecided(), Why::Worse),
            Self::NewInGroup => told(key_question(), Why::NewInGroup),
            Self::Escalated => told(fell_to_inadequate(), Why::Escalated),
            Self::Reminder => told(undecided(), Why::Reminder),
            Self::Cleared => cleared(),
            Self::Correction => correction(),
            Self::Deregistered => told(left_register(), Why::First),
            Self::Summary => summary(),
            Self::Digest => digest(),
            Self::QuietDigest => quiet_digest(),
            Self::SourceFailed => source(Why::First),
            Self::SourceRecovered => source(Why::Cleared),
            Self::Delivery => delivery(),
            Self::Config => configuration(),
        }
    }
}

/// An alert that says nothing yet.
fn blank(kind: Kind, severity: Severity) -> Alert {
    let raised_at: Timestamp = "2025-03-04T06:05:00Z".parse().expect("the instant is well formed");
    Alert {
        kind,
        severity,
        why: Why::First,
        recipient: "contingency-lead".into(),
        council: "Oldham Council".into(),
        provider: None,
        provider_name: None,
        items: Vec::new(),
        raised_at,
        raised_words: "Tue 4 Mar 2025 06:05".into(),
        raised_civil: civil::date(2025, 3, 4).at(6, 5, 0, 0),
        answer: None,
        also_told: Vec::new(),
        notes: Vec::new(),
        not_known: Vec::new(),
        name_in_subject: false,
    }
}

/// One provider's flag in a mail of its own.
fn told(mut item: Item, why: Why) -> Alert {
    item.why = why;
    let needs_answer = item.severity == Severity::Contingency;
    Alert {
        why,
        provider: Some(Subject::provider("1-5550000111")),
        provider_name: Some("Brightside Home Care".into()),
        answer: needs_answer.then(|| "Please answer by 10:05, or it goes to the duty director.".into()),
        also_told: vec!["duty-manager".into(), "safeguarding-lead".into()],
        not_known: vec!["How many people pay for this provider's care themselves.".into()],
        items: vec![item.clone()],
        ..blank(Kind::Alert, item.severity)
    }
}

fn several() -> Alert {
    let mut alert = told(fell_to_inadequate(), Why::First);
    let mut other = key_question();
    other.subject = Subject::location("1-5550000333");
    other.subject_name = "Brightside Home Care (Royton)".into();
    alert.items.extend([other, dormant()]);
    alert
}

fn cleared() -> Alert {
    let mut item = fell_to_requires_improvement();
    item.state = "cleared".into();
    item.reason = "Overall rating rose from Requires improvement (3 Mar 2025) to Good (2 Dec 2025).".into();
    item.changes = vec![change(
        "Overall rating",
        Some("Requires improvement"),
        Some("3 Mar 2025"),
        "Good",
        "2 Dec 2025",
    )];
    item.questions = Some("Safe Good, Effective Good, Caring Good, Responsive Good, Well-led Good".into());
    told(item, Why::Cleared)
}

fn correction() -> Alert {
    let mut item = fell_to_requires_improvement();
    item.reason = "Overall rating is Requires improvement (3 Mar 2025), not Inadequate.".into();
    item.changes = vec![change(
        "Overall rating",
        Some("Inadequate"),
        Some("3 Mar 2025"),
        "Requires improvement",
        "3 Mar 2025",
    )];
    told(item, Why::Correction)
}

fn summary() -> Alert {
    let (mut grave, mut fair, mut light) = (fell_to_inadequate(), fell_to_requires_improvement(), dormant());
    grave.reason = "Overall rating is Inadequate (3 Mar 2025).".into();
    fair.reason = "Overall rating is Requires improvement (3 Mar 2025).".into();
    light.reason = "The register calls it dormant since 6 Jan 2025.".into();
    let mut items = Vec::new();
    for (pattern, count) in [(&grave, 2), (&fair, 5), (&light, 7)] {
        items.extend(std::iter::repeat_n(pattern.clone(), count));
    }
    for (index, (item, name)) in items.iter_mut().zip(NAMES).enumerate() {
        item.flag = format!("CW-{:04}", index + 1);
        item.subject = Subject::location(format!("1-55500002{index:02}"));
        item.subject_name = name.into();
        item.area = Some("Oldham".into());
    }
    let notes = vec!["83 locations are watched; 14 of them have a flag.".into()];
    Alert { items, notes, ..blank(Kind::Summary, Severity::Contingency) }
}

/// Made-up names for the rows of the summary.
const NAMES: [&str; 14] = [
    "Brightside Home Care",
    "Fernlea Domiciliary Services",
    "Careful Hands (Oldham) Limited",
    "Pennine View Support",
    "St Chad's Community Care",
    "Rowan & Birch Homecare",
    "Meadowbank Care at Home",
    "Lantern Live-in Care",
    "Two Rivers Supported Living",
    "Hollins Home Help",
    "Ashdown Reablement Service",
    "Kindly Yours Care",
    "Greenacres Personal Care",
    "Moorside Nursing at Home",
];

fn digest() -> Alert {
    let items = vec![dormant(), stale()];
    let notes = vec![
        "Both sources were read on each of the last 7 days.".into(),
        "12 mails were accepted by the relay, none was refused, none waits.".into(),
    ];
    Alert { items, notes, ..blank(Kind::Digest, Severity::Watch) }
}

fn quiet_digest() -> Alert {
    let notes = vec![
        "Both sources were read on each of the last 7 days.".into(),
        "No mail was sent, none was refused, none waits.".into(),
    ];
    Alert { notes, ..blank(Kind::Digest, Severity::Watch) }
}

fn source(why: Why) -> Alert {
    let mut item = item("CW-0150", Severity::Operator, Subject::source("cqc"));
    item.why = why;
    item.subject_name = "cqc".into();
    item.rule = "source-failed".into();
    item.rule_name = "Source failed".into();
    item.rule_text = "A source could not be read.".into();
    item.area = None;
    item.link = None;
    (item.state, item.reason) = match why {
        Why::Cleared => ("cleared".into(), "It was read well on Tue 4 Mar 06:00.".into()),
        _ => (
            "open".into(),
            "It could not be read 3 times in a row. The last answer was 503 of api.service.cqc.org.uk."
                .into(),
        ),
    };
    Alert { why, items: vec![item], ..blank(Kind::Source, Severity::Operator) }
}

fn delivery() -> Alert {
    let notes = vec![
        "Outbox row 17, \"[Oldham CW-0142] Contingency: rating fell to Inadequate\", to duty-manager.".into(),
        "The server's last words: 550 5.1.1 no such user here.".into(),
        "After it is put right: carewarden outbox retry 17".into(),
        "To give it up: carewarden outbox drop 17 --by NAME --reason TEXT".into(),
    ];
    Alert { notes, ..blank(Kind::Delivery, Severity::Operator) }
}

fn configuration() -> Alert {
    let notes = vec![
        "error[route/unknown-recipient] /etc/carewarden/carewarden.toml:41:7: no recipient \"contingency-led\"".into(),
        "help: did you mean \"contingency-lead\"?".into(),
    ];
    Alert { notes, ..blank(Kind::Config, Severity::Operator) }
}

fn change(what: &str, old: Option<&str>, old_date: Option<&str>, new: &str, new_date: &str) -> Change {
    Change {
        what: what.into(),
        old: old.map(Into::into),
        old_date: old_date.map(Into::into),
        new: new.into(),
        new_date: Some(new_date.into()),
    }
}

fn item(flag: &str, severity: Severity, subject: Subject) -> Item {
    Item {
        flag: flag.into(),
        rule: String::new(),
        rule_name: String::new(),
        rule_text: String::new(),
        rule_version: "9f3c21d04ab7".into(),
        severity,
        why: Why::First,
        state: "open".into(),
        link: Some(format!("https://www.cqc.org.uk/location/{}", subject.id)),
        subject,
        subject_name: "Brightside Home Care".into(),
        area: Some("Oldham".into()),
        reason: String::new(),
        changes: Vec::new(),
        questions: None,
        read_at: "Tue 4 Mar 06:00".into(),
        since: "Tue 4 Mar 2025".into(),
        evidence: Vec::new(),
    }
}

fn fell_to_inadequate() -> Item {
    Item {
        rule: "rating-inadequate".into(),
        rule_name: "Rated Inadequate".into(),
        rule_text: "The overall rating becomes or is Inadequate.".into(),
        reason: "Overall rating fell from Good (12 Jun 2021) to Inadequate (3 Mar 2025).".into(),
        changes: vec![change(
            "Overall rating",
            Some("Good"),
            Some("12 Jun 2021"),
            "Inadequate",
            "3 Mar 2025",
        )],
        questions: Some(
            "Safe Inadequate, Effective Requires improvement, Caring Good, \
             Responsive Requires improvement, Well-led Inadequate"
                .into(),
        ),
        evidence: vec![Evidence {
            fact: "rating.overall".into(),
            old: Some("Good".into()),
            old_effective: Some(civil::date(2021, 6, 12)),
            new: "Inadequate".into(),
            effective: Some(civil::date(2025, 3, 3)),
            observed_at: "2025-03-04T06:00:00Z".parse().expect("the instant is well formed"),
            document: Some(1),
            row: Some("/currentRatings/overall".into()),
        }],
        ..item("CW-0142", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

fn fell_to_requires_improvement() -> Item {
    Item {
        rule: "rating-fell".into(),
        rule_name: "Rating fell to Requires improvement".into(),
        rule_text: "The overall rating falls to Requires improvement.".into(),
        reason: "Overall rating fell from Good (12 Jun 2021) to Requires improvement (3 Mar 2025).".into(),
        changes: vec![change(
            "Overall rating",
            Some("Good"),
            Some("12 Jun 2021"),
            "Requires improvement",
            "3 Mar 2025",
        )],
        questions: Some(
            "Safe Requires improvement, Effective Good, Caring Good, Responsive Good, \
             Well-led Requires improvement"
                .into(),
        ),
        ..item("CW-0137", Severity::Concern, Subject::location("1-5550000222"))
    }
}

fn key_question() -> Item {
    Item {
        rule: "key-question-inadequate".into(),
        rule_name: "A key question is Inadequate".into(),
        rule_text: "A key question is rated Inadequate while the overall rating is not.".into(),
        reason: "Safe is rated Inadequate while overall is Requires improvement (3 Mar 2025).".into(),
        changes: vec![change("Safe", Some("Good"), Some("12 Jun 2021"), "Inadequate", "3 Mar 2025")],
        ..item("CW-0143", Severity::Concern, Subject::location("1-5550000222"))
    }
}

fn undecided() -> Item {
    Item {
        rule: "poor-rating-undecided".into(),
        rule_name: "Poor rating without a decision".into(),
        rule_text: "A poor rating has stood for 28, 90 or 180 days without a recorded decision.".into(),
        reason: "Rated Inadequate for over 180 days without a recorded decision.".into(),
        changes: vec![Change {
            old: None,
            old_date: None,
            ..change("Overall rating", None, None, "Inadequate", "3 Sep 2024")
        }],
        since: "Mon 2 Dec 2024".into(),
        ..item("CW-0098", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

fn left_register() -> Item {
    Item {
        rule: "deregistered".into(),
        rule_name: "Left the register".into(),
        rule_text: "A watched location leaves the register and no successor takes over.".into(),
        reason: "Left the register on 3 Mar 2025. CW-0098 and CW-0137 are closed with it.".into(),
        changes: vec![change("Registration", Some("Registered"), None, "Deregistered", "3 Mar 2025")],
        ..item("CW-0144", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

fn dormant() -> Item {
    Item {
        rule: "dormant".into(),
        rule_name: "Dormant".into(),
        rule_text: "The register calls the location dormant.".into(),
        reason: "The register calls it dormant since 3 Mar 2025.".into(),
        changes: vec![change("Dormant", Some("No"), None, "Yes", "3 Mar 2025")],
        ..item("CW-0145", Severity::Watch, Subject::location("1-5550000444"))
    }
}

fn stale() -> Item {
    Item {
        rule: "rating-stale".into(),
        rule_name: "Old inspection".into(),
        rule_text: "The newest inspection is more than 3 years old.".into(),
        reason: "Last inspected on 12 Jun 2021, more than 3 years ago.".into(),
        subject_name: "Fernlea Domiciliary Services".into(),
        ..item("CW-0146", Severity::Watch, Subject::location("1-5550000555"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_a_word_that_is_read_back() {
        for sample in Sample::ALL {
            assert_eq!(Sample::parse(sample.as_str()), Some(sample));
        }
        assert_eq!(Sample::parse("nonsense"), None);
    }
}
