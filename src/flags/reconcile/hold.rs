//! What holds opens a flag, makes it worse, eases it or opens it again.

use std::cmp::Reverse;

use super::{Work, is_deregistration};
use crate::domain::{Severity, Subject};
use crate::flags::{EventKind, Flag, FlagEvent, FlagId, State};
use crate::rules::Finding;

impl Work<'_> {
    pub(super) fn hold(&mut self) {
        let mut findings: Vec<&Finding> = self.gravest.values().copied().collect();
        // Stable: what is equally grave stays in the order of subjects and families.
        findings.sort_by_key(|finding| Reverse((finding.severity, finding.weight)));
        for finding in findings {
            match self.standing_with(&finding.subject, &finding.family).cloned() {
                Some(flag) => self.still_holds(&flag, finding),
                None => self.newly_holds(finding),
            }
            if is_deregistration(self.given.policy.rule(&finding.rule)) {
                self.supersede_others(finding);
            }
        }
    }

    fn newly_holds(&mut self, finding: &Finding) {
        let previous = self.previous(finding);
        if previous.as_ref().is_some_and(|flag| closed_as_grave(flag, finding)) {
            return;
        }
        let rule = self.given.policy.rule(&finding.rule);
        let window = rule.map_or(0, |rule| i64::from(rule.reopen_days));
        let again = previous.filter(|flag| {
            window > 0 && flag.cleared_at.is_some_and(|cleared| self.days_since(cleared) <= window)
        });
        let id = again.as_ref().map_or(self.next, |flag| flag.id);
        if again.is_none() {
            self.next = FlagId(self.next.0 + 1);
        }
        if rule.is_some_and(|rule| rule.for_days > 0) {
            self.add(self.says(id, EventKind::Pending, State::Pending, finding));
        } else {
            self.open(id, again.as_ref(), finding);
        }
    }

    fn open(&mut self, id: FlagId, flag: Option<&Flag>, finding: &Finding) {
        let again = flag.is_some_and(|flag| flag.openings > 0);
        let kind = if again { EventKind::Reopened } else { EventKind::Opened };
        let mut event = self.says(id, kind, State::Open, finding);
        if is_deregistration(self.given.policy.rule(&finding.rule)) {
            event.reason.push_str(&closing_words(&self.others(id, &finding.subject)));
        }
        self.add(event);
    }

    /// The newest flag of this identity that stands no more, also under an id that has left the
    /// register: one that was closed with a deregistration comes back when that was none.
    fn previous(&self, finding: &Finding) -> Option<Flag> {
        let mut ids = vec![finding.subject.clone()];
        // That an earlier id left is not that this one does.
        if !is_deregistration(self.given.policy.rule(&finding.rule)) {
            let earlier = self.given.history.predecessors(&finding.subject);
            ids.extend(earlier.into_iter().filter(|earlier| self.has_left(earlier)));
        }
        ids.iter()
            .flat_map(|subject| self.with_identity(subject, &finding.family))
            .filter(|flag| !flag.last.state.stands())
            .max_by_key(|flag| (flag.cleared_at, flag.id))
            .cloned()
    }

    fn still_holds(&mut self, flag: &Flag, finding: &Finding) {
        let state = flag.last.state;
        if state == State::Pending {
            let wait = self.given.policy.rule(&finding.rule).map_or(0, |rule| i64::from(rule.for_days));
            if self.days_since(flag.first_at) >= wait {
                self.open(flag.id, Some(flag), finding);
            }
            return;
        }
        let kind = if rank_of(finding) > rank(flag) {
            EventKind::Worse
        } else if flag.absent_since.is_some() {
            EventKind::Returned
        } else if self.has_eased(flag, finding) {
            EventKind::Eased
        } else {
            return;
        };
        let (state, until) =
            if kind == EventKind::Worse { (State::Open, None) } else { (state, flag.last.until) };
        self.add(FlagEvent { until, ..self.says(flag.id, kind, state, finding) });
    }

    /// Less grave, or held up by another rule of the family because its own rule's condition went
    /// away: so that a flag always rests on a rule that holds, or of which nobody knows.
    fn has_eased(&self, flag: &Flag, finding: &Finding) -> bool {
        let own = (flag.last.rule.as_str(), &flag.last.subject);
        let own_holds = self.holding.contains(&own);
        let own_gone = !own_holds && (self.absence(flag).is_some() || self.withdrawn(flag).is_some());
        own_gone || (own_holds && rank_of(finding) < rank(flag))
    }

    fn supersede_others(&mut self, finding: &Finding) {
        let Some(graver) = self.standing_with(&finding.subject, &finding.family).cloned() else { return };
        if graver.last.state == State::Pending {
            return;
        }
        for other in self.others(graver.id, &finding.subject) {
            let reason = format!("Closed with {}: it has left the register.", graver.id);
            self.add(self.after(&other, EventKind::Superseded, State::Superseded, reason));
        }
    }

    fn others(&self, but: FlagId, subject: &Subject) -> Vec<Flag> {
        let on_subject = |flag: &Flag| flag.id != but && flag.last.subject == *subject;
        self.flags.values().filter(|flag| flag.last.state.stands() && on_subject(flag)).cloned().collect()
    }
}

const fn rank(flag: &Flag) -> (Severity, u32) {
    (flag.last.severity, flag.last.weight)
}

const fn rank_of(finding: &Finding) -> (Severity, u32) {
    (finding.severity, finding.weight)
}

fn closed_as_grave(flag: &Flag, finding: &Finding) -> bool {
    flag.last.kind == EventKind::Closed && rank_of(finding) <= rank(flag)
}

/// " Open flags CW-0003, CW-0009 are closed with it.", or nothing.
fn closing_words(others: &[Flag]) -> String {
    let open: Vec<String> = others
        .iter()
        .filter(|other| other.last.state != State::Pending)
        .map(|other| other.id.to_string())
        .collect();
    match open.as_slice() {
        [] => String::new(),
        [one] => format!(" Open flag {one} is closed with it."),
        many => format!(" Open flags {} are closed with it.", many.join(", ")),
    }
}
