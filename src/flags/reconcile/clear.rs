//! What was stated not to hold clears a flag; what nobody knows does not.

use super::Work;
use crate::domain::SubjectKind;
use crate::flags::{EventKind, Flag, FlagEvent, State};
use crate::rules::Absence;

impl<'a> Work<'a> {
    pub(super) fn clear(&mut self) {
        let flags: Vec<Flag> = self.flags.values().cloned().collect();
        for flag in flags {
            if flag.last.state.stands() {
                self.clear_standing(&flag);
            } else if flag.last.kind == EventKind::Closed {
                self.clear_closed(&flag);
            }
        }
    }

    fn clear_standing(&mut self, flag: &Flag) {
        if self.finding_for(&flag.last.subject, &flag.last.family).is_some() {
            return;
        }
        if let Some(reason) = self.withdrawn(flag) {
            self.add(self.after(flag, EventKind::Withdrawn, State::Cleared, reason));
            return;
        }
        let Some(absence) = self.absence(flag) else { return };
        let keep = self.given.policy.rule(&flag.last.rule).map_or(0, |rule| i64::from(rule.keep_days));
        let (kind, state) = match (flag.last.state, flag.absent_since) {
            (State::Pending, _) => (EventKind::Lapsed, State::Cleared),
            (_, None) if keep == 0 => (EventKind::Cleared, State::Cleared),
            (state, None) => (EventKind::Absent, state),
            (_, Some(since)) if self.days_since(since) >= keep => (EventKind::Cleared, State::Cleared),
            (_, Some(_)) => return,
        };
        self.add(self.states_absence(flag, kind, state, absence));
    }

    /// A flag that an officer closed while the condition held: once that is stated to be gone, its
    /// return is news again. What holds of an id's successors it still closes, as `previous` reads it.
    fn clear_closed(&mut self, flag: &Flag) {
        let mut subjects = vec![flag.last.subject.clone()];
        if self.has_left(&flag.last.subject) {
            subjects.extend(self.given.history.successors(&flag.last.subject));
        }
        if subjects.iter().any(|subject| self.finding_for(subject, &flag.last.family).is_some()) {
            return;
        }
        let absence = subjects.into_iter().find_map(|subject| {
            let (rule, family, _) = flag.place();
            self.given.verdicts.absent.get(&(rule, family, subject))
        });
        if let Some(absence) = absence {
            self.add(self.states_absence(flag, EventKind::Cleared, State::Cleared, absence));
        }
    }

    pub(super) fn absence(&self, flag: &Flag) -> Option<&'a Absence> {
        self.given.verdicts.absent.get(&flag.place())
    }

    /// Why nobody asks any more whether a flag's condition holds.
    pub(super) fn withdrawn(&self, flag: &Flag) -> Option<String> {
        let last = &flag.last;
        let in_policy = self.given.policy.rule(&last.rule).is_some_and(|rule| rule.owns(&last.family));
        if !in_policy {
            return Some(format!("Rule {} is not in the policy any more.", last.rule));
        }
        let configured =
            last.subject.kind != SubjectKind::Source || self.given.verdicts.asked.contains(&last.subject);
        (!configured).then(|| format!("Source {} is not configured any more.", last.subject.id))
    }

    fn states_absence(&self, flag: &Flag, kind: EventKind, state: State, absence: &Absence) -> FlagEvent {
        let until = flag.last.until.filter(|_| state == State::Snoozed);
        FlagEvent {
            evidence: absence.evidence.clone(),
            until,
            ..self.after(flag, kind, state, absence.reason.clone())
        }
    }
}
