//! `[[recipient]]`, `[[route]]` and `[digest]`.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use lettre::Address;
use toml::Spanned;

use super::super::nearest::{quoted, suggest};
use super::super::reader::Table;
use super::super::{Code, Digest};
use super::{Ids, address, cron, returns};
use crate::alerts::{Recipient, Route, Routing};
use crate::domain::Severity;
use crate::rules::{Condition, Policy, Rule};
use crate::schedule::OpenHours;

/// Recipients at most.
const RECIPIENTS_MAX: usize = 500;

/// Routes at most.
const ROUTES_MAX: usize = 200;

/// Who is told, and of what.
#[derive(Debug)]
pub(super) struct People {
    /// Recipients that are free of faults.
    pub(super) recipients: Vec<Recipient>,
    /// Routes that are free of faults.
    pub(super) routes: Vec<Route>,
    /// The digest.
    pub(super) digest: Option<Digest>,
    /// Who is told of returns that were refused.
    pub(super) mailbox: Option<String>,
}

/// The recipients that routes and digest may name.
pub(super) struct Known<'i> {
    ids: Vec<&'i str>,
    unread: usize,
}

impl Known<'_> {
    /// Whether an id is a recipient's, or may be that of a recipient whose own id has a fault.
    fn may_be(&self, id: &str) -> bool {
        self.ids.contains(&id) || self.ids.is_empty() || self.unread > 0
    }

    /// Notes that somebody is named who does not exist.
    pub(super) fn check(&self, table: &Table<'_>, id: &Spanned<String>, code: Code) {
        if self.may_be(id.get_ref()) {
            return;
        }
        let message = format!("there is no recipient {}", quoted(id.get_ref()));
        let help = suggest(id.get_ref(), &self.ids, "recipients are:");
        table.notes.fault(code, id.span(), message, help);
    }
}

/// Checks the three kinds of table together, because routes and digest name recipients.
pub(super) fn people(
    root: &Table<'_>,
    zone: &TimeZone,
    allowed_domains: &[String],
    policy: Option<&Policy>,
) -> People {
    let mut ids = Ids::default();
    let tables = some_tables(root, "recipient", RECIPIENTS_MAX, Code::RecipientNone);
    let recipients =
        tables.into_iter().filter_map(|table| recipient(table, &mut ids, allowed_domains)).collect();
    let known = Known { ids: ids.lines.keys().map(String::as_str).collect(), unread: ids.unread };
    let tables = some_tables(root, "route", ROUTES_MAX, Code::RouteNone);
    let count = tables.len();
    let routes: Vec<Route> = tables.into_iter().filter_map(|table| route(table, &known)).collect();
    let digest = root.table_opt("digest").and_then(|table| digest(table, zone, &known));
    let mailbox = returns::mailbox(root, &known);
    // A route with a fault takes something, too: nothing can be said of gaps then.
    if count == routes.len() && count > 0 {
        warn_of_gaps(root, &routes, policy);
    }
    People { recipients, routes, digest, mailbox }
}

fn some_tables<'a>(root: &Table<'a>, key: &'static str, tables_max: usize, none: Code) -> Vec<Table<'a>> {
    let tables = root.tables(key, tables_max);
    if root.lacks(key) {
        let message = format!("there is no [[{key}]], so nobody would be told");
        root.notes.fault(none, root.span_of(key), message, format!("add a [[{key}]]"));
    }
    tables
}

fn recipient(table: Table<'_>, ids: &mut Ids, allowed_domains: &[String]) -> Option<Recipient> {
    let id = ids.take(&table);
    let address = table.text("address", "write one mail address");
    let address = address.and_then(|text| address::address(&table, text));
    if let Some(address) = &address {
        check_domain(&table, address, allowed_domains);
    }
    let name = table.text_opt("name").map(Spanned::into_inner);
    table.end();
    Some(Recipient { id: id?, address: address?.into_inner().to_string(), name })
}

fn check_domain(table: &Table<'_>, address: &Spanned<Address>, allowed_domains: &[String]) {
    let domain = address.get_ref().domain().to_lowercase();
    if !allowed_domains.is_empty() && !allowed_domains.contains(&domain) {
        let message = format!("{} is not among [mail] allowed_domains", quoted(&domain));
        let help = "use an address of an allowed domain, or add the domain to allowed_domains";
        table.notes.fault(Code::MailDomain, address.span(), message, help);
    }
}

fn route(table: Table<'_>, known: &Known<'_>) -> Option<Route> {
    let words = Severity::ALL.map(|severity| (severity.as_str(), severity));
    if !table.has("severity") {
        table.missing("severity", "write watch, concern, contingency or operator");
    }
    let severity = table.word("severity", &words);
    let minutes = table.whole::<i64>("answer_within_minutes", 1..=43_200);
    let escalate_to = recipients(&table, "escalate_to", known);
    if !escalate_to.is_empty() && !table.has("answer_within_minutes") {
        let help = "add answer_within_minutes = 240, or what is right for you";
        let message = "there is `escalate_to`, but not after how long without an answer";
        table.notes.fault(Code::RouteEscalation, table.span_of("escalate_to"), message, help);
    }
    let answer_hours = answer_hours(&table);
    let days = table.whole::<i64>("remind_after_days", 1..=366);
    let only = table.switch("only", false);
    let to = some_recipients(&table, known);
    table.end();
    Some(Route {
        severity: severity?,
        only,
        to,
        answer_within: minutes.map(SignedDuration::from_mins),
        answer_hours,
        escalate_to,
        remind_after: days.map(|days| SignedDuration::from_hours(days * 24)),
    })
}

/// The hours that count for an answer; around the clock where the route says none.
fn answer_hours(table: &Table<'_>) -> Option<OpenHours> {
    let text = table.text_opt("answer_hours")?;
    let read = OpenHours::parse(text.get_ref());
    read.map_err(|why| {
        let message = format!("{} are not hours: {why}", quoted(text.get_ref()));
        table.bad(text.span(), message, "for example answer_hours = \"Mon-Fri 09:00-17:00\"");
    })
    .ok()
}

/// `to`, which must name somebody.
fn some_recipients(table: &Table<'_>, known: &Known<'_>) -> Vec<String> {
    let help = "name recipients by their ids: to = [\"contingency-lead\"]";
    match table.get("to") {
        None => table.missing("to", help),
        Some(value) if table.lacks("to") => table.bad(value.span(), "`to` names nobody", help),
        Some(_) => {}
    }
    recipients(table, "to", known)
}

fn recipients(table: &Table<'_>, key: &'static str, known: &Known<'_>) -> Vec<String> {
    let ids = table.texts(key, RECIPIENTS_MAX).unwrap_or_default();
    ids.iter().for_each(|id| known.check(table, id, Code::RouteRecipient));
    ids.into_iter().map(Spanned::into_inner).collect()
}

fn digest(table: Table<'_>, zone: &TimeZone, known: &Known<'_>) -> Option<Digest> {
    if !table.has("schedule") {
        table.missing("schedule", "for example schedule = \"0 7 * * 1\", Mondays at 07:00");
    }
    let schedule = cron::schedule(&table, zone);
    let to = some_recipients(&table, known);
    table.end();
    Some(Digest { schedule: schedule?, to })
}

/// Warns of what would reach nobody, or not the one it is for.
fn warn_of_gaps(root: &Table<'_>, routes: &[Route], policy: Option<&Policy>) {
    let routing = Routing { routes, recipients: &[] };
    let at = root.span_of("route");
    if !routes.iter().any(|route| route.severity == Severity::Operator) {
        let message = "no route has severity = \"operator\": faults of sources and mail go with contingency";
        let help = "add a [[route]] with severity = \"operator\" for who runs the program";
        root.notes.fault(Code::RouteOperator, at.clone(), message, help);
    }
    let provider_severities = Severity::ALL.into_iter().filter(|severity| *severity != Severity::Operator);
    for severity in provider_severities.filter(|severity| routing.routes_for(*severity).is_empty()) {
        let raised_by = policy.map(|policy| rules_of(policy, severity)).unwrap_or_default();
        if !raised_by.is_empty() {
            let message = format!("no route takes {severity}, the severity of {}", raised_by.join(", "));
            let help = "add a [[route]] for it, or lower the severity of one that there is";
            root.notes.fault(Code::RouteSeverity, at.clone(), message, help);
        }
    }
}

fn rules_of(policy: &Policy, severity: Severity) -> Vec<&str> {
    let gives = |rule: &&Rule| {
        let by_step = match &rule.when {
            Condition::PoorUndecided { steps } => steps.iter().any(|step| step.severity == severity),
            _ => false,
        };
        rule.severity == severity || by_step
    };
    policy.rules.iter().filter(gives).map(|rule| rule.id.as_str()).collect()
}
