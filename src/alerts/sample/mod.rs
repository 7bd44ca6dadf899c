//! One made-up alert of each sort, for `carewarden mail preview`, for trying a council's own
//! templates when they are read, and for tests. No real provider is meant.

mod items;
mod refusals;
mod reported;

use jiff::{Timestamp, civil};

use super::{Alert, Item, Kind, Why};
use crate::domain::{Severity, Subject};
use items::{
    change, dormant, fell_to_inadequate, fell_to_requires_improvement, item, key_question, left_register,
    stale, undecided,
};

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
    /// What a provider reported is red and more than chance.
    Reported,
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
    /// A return was refused.
    ReturnRefused,
    /// More returns were refused than have mails of their own.
    ReturnsRefused,
    /// A mail could not be delivered.
    Delivery,
    /// A changed configuration has faults.
    Config,
}

impl Sample {
    /// All of them.
    pub const ALL: [Self; 21] = [
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
        Self::Reported,
        Self::Deregistered,
        Self::Summary,
        Self::Digest,
        Self::QuietDigest,
        Self::SourceFailed,
        Self::SourceRecovered,
        Self::ReturnRefused,
        Self::ReturnsRefused,
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
            Self::Reported => "reported",
            Self::Deregistered => "deregistered",
            Self::Summary => "summary",
            Self::Digest => "digest",
            Self::QuietDigest => "quiet-digest",
            Self::SourceFailed => "source-failed",
            Self::SourceRecovered => "source-recovered",
            Self::ReturnRefused => "return-refused",
            Self::ReturnsRefused => "returns-refused",
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
            Self::Reported => reported(),
            Self::Deregistered => told(left_register(), Why::First),
            Self::Summary => summary(),
            Self::Digest => digest(),
            Self::QuietDigest => quiet_digest(),
            Self::SourceFailed => source(Why::First),
            Self::SourceRecovered => source(Why::Cleared),
            Self::ReturnRefused => refusals::one(),
            Self::ReturnsRefused => refusals::several(),
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
        refusal: None,
        notes: Vec::new(),
        not_known: Vec::new(),
        name_in_subject: false,
    }
}

/// One provider's flag in a mail of its own.
fn told(mut item: Item, why: Why) -> Alert {
    item.why = why;
    let asks = item.severity == Severity::Contingency && !matches!(why, Why::Escalated | Why::Cleared);
    Alert {
        why,
        provider: Some(Subject::provider("1-5550000111")),
        provider_name: Some("Brightside Home Care".into()),
        answer: asks.then(|| "Please answer by 10:05, or it goes to Duty director.".into()),
        also_told: vec!["Duty manager".into(), "Safeguarding lead".into()],
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
    other.link = Some("https://www.cqc.org.uk/location/1-5550000333".into());
    alert.items.extend([other, dormant()]);
    alert
}

fn cleared() -> Alert {
    let mut item = fell_to_requires_improvement();
    item.state = "cleared".into();
    item.reason = "Overall rating rose from Requires improvement (9 Apr 2024) to Good (3 Mar 2025).".into();
    item.changes = vec![change(
        "Overall rating",
        Some("Requires improvement"),
        Some("9 Apr 2024"),
        "Good",
        "3 Mar 2025",
    )];
    item.questions = Some("Safe Good, Effective Good, Caring Good, Responsive Good, Well-led Good".into());
    item.since = "Wed 10 Apr 2024 06:05".into();
    Alert { not_known: Vec::new(), ..told(item, Why::Cleared) }
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

fn reported() -> Alert {
    let mut alert = told(reported::red(), Why::First);
    alert.items.push(reported::signal());
    alert
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
        Why::Cleared => ("cleared".into(), "Source cqc was read.".into()),
        _ => (
            "open".into(),
            "Reading source cqc failed 3 times in a row: api.service.cqc.org.uk answered 503.".into(),
        ),
    };
    Alert { why, items: vec![item], ..blank(Kind::Source, Severity::Operator) }
}

fn delivery() -> Alert {
    let notes = vec!["Mail 17 (CW-0142) to duty-manager was refused: 550 5.1.1 no such user here".into()];
    Alert { notes, ..blank(Kind::Delivery, Severity::Operator) }
}

fn configuration() -> Alert {
    let notes = [
        "error[route/unknown-recipient] /etc/carewarden/carewarden.toml:41:7: no recipient \"contingency-led\"",
        "   |",
        "41 | to = [\"contingency-led\"]",
        "   |       ^^^^^^^^^^^^^^^^^",
        "   = help: did you mean \"contingency-lead\"?",
    ]
    .map(Into::into)
    .to_vec();
    Alert { notes, ..blank(Kind::Config, Severity::Operator) }
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
