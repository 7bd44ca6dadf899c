//! The way from what is reported to what is mailed, month by month, as `assess` goes it.

use std::collections::BTreeSet;

use carewarden::alerts::{Inputs, Kind, PlannedMail, Recipient, Route, Routing, Telling, plan};
use carewarden::domain::Severity;
use carewarden::facts::{History, Returns};
use carewarden::flags::{EventKind, Flag, FlagEvent, FlagId, Reconciling, reconcile};
use carewarden::rules::{Known, Place, Policy, Standing, evaluate};
use jiff::{Timestamp, tz::TimeZone};

/// The rule whose mails are counted.
pub const STATISTICS: &str = "indicator-signal";

/// The flags of a council, who is told of them, and what was told.
pub struct Office {
    policy: Policy,
    zone: TimeZone,
    recipients: Vec<Recipient>,
    routes: Vec<Route>,
    flags: Vec<Flag>,
    tellings: Vec<Telling>,
}

/// What one assessment did.
pub struct Assessed {
    /// The flags' events.
    pub events: Vec<FlagEvent>,
    /// The mails.
    pub mails: Vec<PlannedMail>,
}

impl Office {
    /// An office with one officer, who hears of everything, and a digest.
    pub fn new(policy: Policy) -> Self {
        let officer = Recipient { id: "officer".into(), address: "o@example.gov.uk".into(), name: None };
        let route = Route {
            severity: Severity::Watch,
            only: false,
            to: vec!["officer".into()],
            answer_within: None,
            answer_hours: None,
            escalate_to: Vec::new(),
            remind_after: None,
        };
        Self {
            policy,
            zone: TimeZone::get("Europe/London").expect("the zone is known"),
            recipients: vec![officer],
            routes: vec![route],
            flags: Vec::new(),
            tellings: Vec::new(),
        }
    }

    /// Judges what is known, keeps the flags, and plans the mails; the digest is sent each time.
    pub fn assess(&mut self, returns: &Returns, now: Timestamp) -> Assessed {
        let history = History::new(Vec::new(), now);
        let standing: BTreeSet<Place> =
            self.flags.iter().filter(|flag| flag.last.state.stands()).map(Flag::place).collect();
        let known = Known {
            history: &history,
            returns,
            standing: Standing::Only(&standing),
            sources: &[],
            decisions: &[],
            now,
            zone: &self.zone,
        };
        let verdicts = evaluate(&self.policy, known);
        let next = FlagId(i64::try_from(self.flags.len()).expect("few flags") + 1);
        let (flags, policy, zone) = (&self.flags, &self.policy, &self.zone);
        let given = Reconciling { flags, verdicts: &verdicts, policy, history: &history, now, zone, next };
        let events = reconcile(given).events;
        self.keep(&events);
        let mails = self.mails(&history, now);
        self.tellings.extend(mails.iter().flat_map(|mail| mail.tellings.iter().cloned()));
        Assessed { events, mails }
    }

    /// The flags that stand.
    pub fn standing(&self) -> impl Iterator<Item = &Flag> {
        self.flags.iter().filter(|flag| flag.last.state.stands())
    }

    fn keep(&mut self, events: &[FlagEvent]) {
        for event in events {
            // Numbers are given in turn, from 1.
            let place = usize::try_from(event.flag.0 - 1).expect("numbers begin at 1");
            match self.flags.get_mut(place) {
                Some(flag) => flag.apply(event.clone()),
                None => self.flags.push(Flag::from_first(event.clone())),
            }
        }
    }

    fn mails(&self, history: &History, now: Timestamp) -> Vec<PlannedMail> {
        plan(Inputs {
            council: "Example Council",
            zone: &self.zone,
            routing: Routing { routes: &self.routes, recipients: &self.recipients },
            policy: &self.policy,
            flags: &self.flags,
            history,
            sources: &[],
            tellings: &self.tellings,
            quiets: &[],
            digest_to: &["officer".to_owned()],
            digest_notes: Some(&[]),
            baselines: &[],
            send_cleared: true,
            name_in_subject: false,
            now,
        })
        .mails
    }
}

impl Assessed {
    /// The mails sent at once that tell of a statistical flag.
    pub fn at_once(&self) -> impl Iterator<Item = &PlannedMail> {
        let tells = |mail: &&PlannedMail| mail.alert.items.iter().any(|item| item.rule == STATISTICS);
        self.mails.iter().filter(|mail| mail.alert.kind == Kind::Alert).filter(tells)
    }

    /// How many statistical flags the digest tells of: new ones and those that have cleared.
    pub fn in_digest(&self) -> usize {
        let digests = self.mails.iter().filter(|mail| mail.alert.kind == Kind::Digest);
        digests.flat_map(|mail| &mail.alert.items).filter(|item| item.rule == STATISTICS).count()
    }

    /// The events by which flags open.
    pub fn opened(&self) -> impl Iterator<Item = &FlagEvent> {
        let opens = |event: &&FlagEvent| matches!(event.kind, EventKind::Opened | EventKind::Reopened);
        self.events.iter().filter(opens)
    }
}
