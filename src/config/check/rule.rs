//! `[[rule]]` of a policy file.

use toml::Spanned;

use super::super::Code;
use super::super::nearest::{quoted, suggest};
use super::super::reader::Table;
use super::returns_rule;
use crate::domain::{Rating, Severity, SubjectKind};
use crate::rules::{Condition, Rule, Step, Tell};

/// Steps of a rule at most.
const STEPS_MAX: usize = 10;

/// Longest time that a rule counts in days.
const DAYS_MAX: i64 = 3660;

/// Days within which a cleared flag is reopened, if the rule does not say.
const REOPEN_DAYS: u16 = 30;

/// The words of `tell`.
const TELLS: [(&str, Tell); 2] = [("at-once", Tell::AtOnce), ("digest", Tell::Digest)];

/// Reads one rule.
pub(super) fn rule(table: &Table<'_>) -> Option<Rule> {
    let id = table.id().map(Spanned::into_inner);
    let family = table.text_opt("family").map(Spanned::into_inner);
    let name = table.text("name", "give the rule a title for people");
    let text = table.text("text", "say in one plain sentence what the rule asks");
    let audience = table.text("for", "say for whom it is: for = \"contingency lead\"");
    let days = |key, default| table.whole(key, 0..=DAYS_MAX).unwrap_or(default);
    let [for_days, keep_days, reopen_days] =
        [days("for_days", 0), days("keep_days", 0), days("reopen_days", REOPEN_DAYS)];
    let tell = table.word("tell", &TELLS).unwrap_or(Tell::AtOnce);
    let when = when(table);
    let severity = severity(table, when.as_ref());
    let rule = Rule {
        version: String::new(),
        family: family.or_else(|| id.clone())?,
        id: id?,
        name: name?.into_inner(),
        text: text?.into_inner(),
        audience: audience?.into_inner(),
        severity: severity?,
        when: when?,
        for_days,
        keep_days,
        reopen_days,
        tell,
    };
    Some(Rule { version: rule.version_of(), ..rule })
}

/// The rule's severity: its own word, or that of its first step.
fn severity(table: &Table<'_>, when: Option<&Condition>) -> Option<Severity> {
    let said = severity_word(table);
    if let Some(Condition::Expiry { amber, .. }) = when {
        return Some(said.unwrap_or(*amber));
    }
    let Some(Condition::PoorUndecided { steps }) = when else {
        if !table.has("severity") && when.is_some() {
            table.missing("severity", "write watch, concern, contingency or operator");
        }
        let severity = said?;
        return when.is_none_or(|when| fits(table, severity, when)).then_some(severity);
    };
    let first = steps.first()?.severity;
    if said.is_some_and(|said| said != first) {
        let message = format!("`severity` differs from the first step's, which is {first}");
        table.notes.fault(Code::RuleSteps, table.span_of("severity"), message, "take `severity` out");
    }
    Some(first)
}

fn severity_word(table: &Table<'_>) -> Option<Severity> {
    table.word("severity", &Severity::ALL.map(|severity| (severity.as_str(), severity)))
}

/// What concerns a source goes to the operator, and what concerns a provider never does.
fn fits(table: &Table<'_>, severity: Severity, when: &Condition) -> bool {
    let about_source = when.subject_kind() == SubjectKind::Source;
    if about_source == (severity == Severity::Operator) {
        return true;
    }
    let (about, help) = if about_source {
        ("source", "write severity = \"operator\"")
    } else {
        ("provider", "write watch, concern or contingency")
    };
    let message = format!("a rule about a {about} cannot have severity {severity}");
    table.notes.fault(Code::RuleSeverity, table.span_of("severity"), message, help);
    false
}

fn when(table: &Table<'_>) -> Option<Condition> {
    let Some(value) = table.get("when") else {
        table.missing("when", "write when = { kind = \"overall-is\", rating = \"Inadequate\" }");
        return None;
    };
    read(table.inline("`when`", value)?)
}

/// Reads one condition, that of a rule or one of several within it.
pub(super) fn read(mut when: Table<'_>) -> Option<Condition> {
    let kind = when.text("kind", &format!("a condition is one of: {}", Condition::KINDS.join(", ")))?;
    when.title = format!("`when` of kind {}", quoted(kind.get_ref()));
    let Some(condition) = condition(&when, kind.get_ref()) else {
        let message = format!("there is no condition {}", quoted(kind.get_ref()));
        let help = suggest(kind.get_ref(), &Condition::KINDS, "a condition is one of:");
        when.notes.fault(Code::RuleCondition, kind.span(), message, help);
        return None;
    };
    when.end();
    condition
}

/// `None` for a kind that is not known; `Some(None)` for one whose settings have a fault.
fn condition(when: &Table<'_>, kind: &str) -> Option<Option<Condition>> {
    let number = |key, max, default: u16| when.whole(key, 1..=max).unwrap_or(default);
    Some(match kind {
        "overall-is" => rating(when).map(|rating| Condition::OverallIs { rating }),
        "overall-fell-to" => fallen_to(when).map(|rating| Condition::OverallFellTo { rating }),
        "overall-slipped" => Some(Condition::OverallSlipped),
        "key-question-is" => rating(when).map(|rating| Condition::KeyQuestionIs { rating }),
        "poor-undecided" => steps(when).map(|steps| Condition::PoorUndecided { steps }),
        "deregistered" => Some(Condition::Deregistered),
        "dormant" => Some(Condition::Dormant),
        "manager-absent" => Some(Condition::ManagerAbsent { over_days: number("over_days", DAYS_MAX, 28) }),
        "inspection-older-than" => Some(Condition::InspectionOlderThan { years: number("years", 50, 3) }),
        "source-failed" => Some(Condition::SourceFailed { after: number("after", 1000, 1) }),
        "source-stale" => Some(Condition::SourceStale { intervals: number("intervals", 1000, 2) }),
        "source-lost-ids" => Some(Condition::SourceLostIds),
        _ => return returns_rule::condition(when, kind),
    })
}

fn rating(when: &Table<'_>) -> Option<Rating> {
    let words = Rating::ALL.map(|rating| (rating.as_str(), rating));
    let text = when.text("rating", "write rating = \"Inadequate\"")?;
    let found = Rating::parse(text.get_ref());
    if found.is_none() {
        let help = suggest(text.get_ref(), &words.map(|(word, _)| word), "it is one of:");
        when.bad(text.span(), format!("{} is not a rating", quoted(text.get_ref())), help);
    }
    found
}

fn fallen_to(when: &Table<'_>) -> Option<Rating> {
    let rating = rating(when)?;
    if rating.is_poor() {
        return Some(rating);
    }
    let message = format!("a fall to {} is a slip: the condition is for poor ratings", rating.as_str());
    when.bad(
        when.span_of("rating"),
        message,
        "write Requires improvement or Inadequate, or use overall-slipped",
    );
    None
}

fn steps(when: &Table<'_>) -> Option<Vec<Step>> {
    let tables = when.tables("steps", STEPS_MAX);
    if tables.is_empty() {
        if !when.has("steps") {
            when.missing("steps", "write steps = [{ days = 28, severity = \"concern\" }]");
        } else if when.lacks("steps") {
            when.bad(when.span_of("steps"), "`steps` is empty", "add { days = 28, severity = \"concern\" }");
        }
        return None;
    }
    let mut steps: Vec<Step> = Vec::new();
    for table in tables {
        steps.extend(step(&table, steps.last()));
        table.end();
    }
    (!steps.is_empty()).then_some(steps)
}

fn step(table: &Table<'_>, before: Option<&Step>) -> Option<Step> {
    for key in ["days", "severity"].into_iter().filter(|key| !table.has(key)) {
        table.missing(key, "a step is { days = 28, severity = \"concern\" }");
    }
    let days = table.whole("days", 0..=DAYS_MAX);
    let severity = severity_word(table);
    let step = Step { days: days?, severity: severity? };
    if step.severity == Severity::Operator {
        let message = "a step about a provider cannot have severity operator";
        table.notes.fault(
            Code::RuleSeverity,
            table.span_of("severity"),
            message,
            "write watch, concern or contingency",
        );
    }
    if before.is_some_and(|before| before.days >= step.days || before.severity > step.severity) {
        let message = "this step does not come later than the one before it, or is less grave";
        let help = "let days rise, and severities not fall";
        table.notes.fault(Code::RuleSteps, table.span.clone(), message, help);
    }
    Some(step)
}
