//! Statistics on one reporter: its indicators against their own past and against all others.

use super::super::{Asked, Held, Tell, Verdict};
use super::peers::{Group, Stands};
use super::shown::{evidence, judged, name_words, period_words, value_words};
use crate::domain::{Indicator, Severity};
use crate::facts::returns::{Reporter, Whole};
use crate::rules::working::{Method, Peer, Working, better};
use crate::signals::change::{Change, Past, Strength, Worsening};
use crate::signals::funnel::Unit;
use crate::signals::xmr::{Baseline, Chart, Rules, Standing};
use crate::signals::{Decision, Method as Statistic, Worked};

/// When several signals agree, and what that amounts to.
#[derive(Clone, Copy)]
pub(super) struct Agreement {
    pub(super) agree: u16,
    pub(super) agreed: Severity,
}

/// What statistics say of one indicator.
struct Heard<'a> {
    indicator: Indicator,
    whole: &'a Whole,
    own: Change,
    peers: Option<(&'a Group, usize)>,
    out: bool,
}

impl<'a> Heard<'a> {
    fn of(stands: Stands<'a>, reporter: &'a Reporter, indicator: Indicator) -> Option<Self> {
        let whole = reporter.whole(indicator)?;
        let peers = stands.place(indicator);
        let out = peers.is_some_and(|(group, place)| group.stands_out(place));
        Some(Self { indicator, whole, own: past(indicator, whole).newest(), peers, out })
    }

    const fn worsening(&self) -> Option<Worsening> {
        match self.own {
            Change::Worse(worsening) => Some(worsening),
            Change::TooShort | Change::AsUsual => None,
        }
    }

    /// How many voices agree in it that it has changed: its own past where that is firm, and then the
    /// others of its period too, where it is far out among them.
    ///
    /// To be far out is no change: some providers always are, and any chance signal of theirs on another
    /// indicator would be mailed. A weak voice is common by chance: with eight indicators some provider
    /// has two of them nearly every month.
    fn firm(&self) -> usize {
        let own = self.worsening().is_some_and(|worsening| worsening.strength == Strength::Firm);
        if own { 1 + usize::from(self.out) } else { 0 }
    }

    fn place(&self) -> usize {
        self.whole.series.points().len().saturating_sub(1)
    }
}

fn past(indicator: Indicator, whole: &Whole) -> Past<'_> {
    let numbers = &whole.numbers;
    Past {
        values: &numbers.values,
        events: &numbers.events,
        exposures: &numbers.exposures,
        better: better(indicator),
    }
}

/// The newest value is a change for the worse.
pub(super) fn trend(asked: Asked<'_>, reporter: &Reporter, indicator: Indicator) -> Verdict {
    let stands = asked.peers.stands(asked.subject);
    let Some(heard) = Heard::of(stands, reporter, indicator) else { return Verdict::Unknown };
    match heard.own {
        Change::TooShort => Verdict::Unknown,
        Change::AsUsual => as_usual(asked, &heard),
        Change::Worse(worsening) => Verdict::Holds(Held {
            severity: None,
            weight: 0,
            reason: format!("{}.", trend_words(&heard, worsening)),
            evidence: own_evidence(asked, &heard, worsening),
        }),
    }
}

/// The newest value lies far out among all reporters.
pub(super) fn outlier(asked: Asked<'_>, reporter: &Reporter, indicator: Indicator) -> Verdict {
    let stands = asked.peers.stands(asked.subject);
    let Some(heard) = Heard::of(stands, reporter, indicator) else { return Verdict::Unknown };
    match heard.peers {
        None => Verdict::Unknown,
        Some((group, place)) if heard.out => Verdict::Holds(Held {
            severity: None,
            weight: 0,
            reason: format!("{}.", outlier_words(&heard, group)),
            evidence: peer_evidence(asked, &heard, group, place),
        }),
        Some(_) => as_usual(asked, &heard),
    }
}

/// Either, for each indicator; where enough of them agree, all of them are graver.
pub(super) fn signals(
    asked: Asked<'_>,
    reporter: &Reporter,
    indicators: &[Indicator],
    agreement: Agreement,
    tell: Tell<'_>,
) {
    let stands = asked.peers.stands(asked.subject);
    let heard = |indicator: &Indicator| Heard::of(stands, reporter, *indicator);
    let heard: Vec<Heard<'_>> = indicators.iter().filter_map(heard).collect();
    let firm: usize = heard.iter().map(Heard::firm).sum();
    let agreed = firm >= usize::from(agreement.agree);
    for one in &heard {
        let severity = (agreed && one.firm() > 0).then_some(agreement.agreed);
        let others = heard.iter().filter(|other| other.indicator != one.indicator && other.firm() > 0);
        let others: Vec<&str> = others.map(|other| other.indicator.meaning().name).collect();
        tell(Some(one.indicator), signal(asked, one, severity, &others));
    }
}

fn signal(asked: Asked<'_>, heard: &Heard<'_>, severity: Option<Severity>, others: &[&str]) -> Verdict {
    let mut reasons = Vec::new();
    let mut shown = Vec::new();
    if let Some(worsening) = heard.worsening() {
        reasons.push(trend_words(heard, worsening));
        shown.extend(own_evidence(asked, heard, worsening));
    }
    if let Some((group, place)) = heard.peers.filter(|_| heard.out) {
        let alone = reasons.is_empty();
        reasons.push(if alone { outlier_words(heard, group) } else { format!("it {}", beyond_words(group)) });
        shown.extend(peer_evidence(asked, heard, group, place));
    }
    if reasons.is_empty() {
        let unknown = heard.own == Change::TooShort && heard.peers.is_none();
        return if unknown { Verdict::Unknown } else { as_usual(asked, heard) };
    }
    let mut reason = format!("{}.", reasons.join("; "));
    if severity.is_some() && !others.is_empty() {
        reason.push_str(&format!(" It agrees with: {}.", others.join(", ")));
    }
    Verdict::Holds(Held { severity, weight: 0, reason, evidence: shown })
}

fn as_usual(asked: Asked<'_>, heard: &Heard<'_>) -> Verdict {
    if !asked.wants_absence(Some(heard.indicator)) {
        return Verdict::Unknown;
    }
    let words = format!("{} is no signal", newest_words(heard));
    Verdict::absent(
        format!("{words}."),
        evidence(asked, heard.indicator, &heard.whole.series, heard.place(), None),
    )
}

fn newest_words(heard: &Heard<'_>) -> String {
    let name = name_words(heard.indicator, None);
    let Some(point) = heard.whole.series.newest() else { return name };
    format!("{name}: {} for {}", value_words(heard.indicator, point), period_words(point.period))
}

fn trend_words(heard: &Heard<'_>, worsening: Worsening) -> String {
    let trial = match worsening.standing {
        Standing::Trial => " (trial limits: few periods are known yet)",
        Standing::Full => "",
    };
    let what = match worsening.mark {
        Some(mark) => mark.words(&Rules::default()),
        None => "adds up with the periods before it to more than chance, against its own past".to_owned(),
    };
    format!("{} {what}{trial}", newest_words(heard))
}

fn outlier_words(heard: &Heard<'_>, group: &Group) -> String {
    format!("{} {}", newest_words(heard), beyond_words(group))
}

fn beyond_words(group: &Group) -> String {
    format!("lies beyond the 99.8 % limit among {} providers", group.units.len())
}

fn own_evidence(asked: Asked<'_>, heard: &Heard<'_>, worsening: Worsening) -> Vec<crate::rules::Evidence> {
    let working = own_working(heard, worsening);
    evidence(asked, heard.indicator, &heard.whole.series, heard.place(), working)
}

fn own_working(heard: &Heard<'_>, worsening: Worsening) -> Option<Working> {
    let window = past(heard.indicator, heard.whole).window();
    let baseline = worsening.baseline;
    let (method, worked) = match worsening.method {
        Statistic::Xmr => {
            let chart = Chart::of(window.values, Rules::default(), Baseline::First(baseline), &[]).ok()?;
            (Method::Xmr { baseline }, Worked::xmr(&chart))
        }
        Statistic::PoissonCusum => {
            let (events, exposures) = (window.events.to_vec(), window.exposures.to_vec());
            let steps = window.sums(baseline).collect();
            let worked = Worked::poisson_cusum(Decision::default(), steps);
            (Method::PoissonCusum { baseline, events, exposures }, worked)
        }
    };
    judged(heard.indicator, &heard.whole.series, &heard.whole.numbers, method, worked.words())
}

fn peer_evidence(
    asked: Asked<'_>,
    heard: &Heard<'_>,
    group: &Group,
    place: usize,
) -> Vec<crate::rules::Evidence> {
    let peer = |unit: &Unit| Peer { numerator: unit.numerator(), denominator: unit.denominator() };
    let peers = group.units.iter().map(peer).collect();
    let said =
        Worked::funnel_unit(&group.frame, &group.units, place).map_or_else(Vec::new, |worked| worked.words());
    let method = Method::Funnel { peers, index: place };
    let working = judged(heard.indicator, &heard.whole.series, &heard.whole.numbers, method, said);
    evidence(asked, heard.indicator, &heard.whole.series, heard.place(), working)
}
