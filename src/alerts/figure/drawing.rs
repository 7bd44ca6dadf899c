//! The working of an indicator as a picture: a series with its limits, or all reporters at once.

use jiff::civil::Date;

use crate::charts::{Agreed, FunnelPicture, Scene, Show, Size, XmrPicture, draw_funnel, draw_xmr};
use crate::domain::{Indicator, Period};
use crate::rules::{Method, Peer, Working, name_words};
use crate::signals::Better;
use crate::signals::change::baseline_points;
use crate::signals::funnel::{Funnel, Kind, Unit};
use crate::signals::xmr::{Baseline, Chart, Rules};

/// With fewer points than this a table says as much as a picture.
const POINTS_MIN: usize = 3;

/// Draws a working; `whose` is the name of the reporter. None where there are too few points, or
/// numbers that this version cannot draw.
#[must_use]
pub fn draw_working(working: &Working, whose: &str) -> Option<Scene> {
    match &working.method {
        Method::Funnel { peers, index } => draw_peers(working, peers, *index, whose),
        Method::Bands | Method::Xmr { .. } | Method::PoissonCusum { .. } => draw_series(working, whose),
    }
}

/// What a working is of: "Visits missed by the provider in zone North".
#[must_use]
pub fn title_of(working: &Working) -> String {
    working
        .indicator()
        .map_or_else(|| working.indicator.clone(), |known| name_words(known, working.zone.as_deref()))
}

fn draw_series(working: &Working, whose: &str) -> Option<Scene> {
    let (chart, show) = chart_of(working)?;
    let periods: Vec<String> =
        working.points.iter().map(|point| tick_words(point.start, point.end)).collect();
    let picture = XmrPicture {
        title: &title_of(working),
        unit: &of_whom(&working.unit, whose),
        periods: &periods,
        chart: &chart,
        better: working.better(),
        agreed: working.red_at.map(Agreed::Red),
        show,
    };
    (working.points.len() >= POINTS_MIN).then(|| draw_xmr(&picture, Size::Wide))
}

/// The chart of a working's points: with the limits that it was judged by, or for want of them with
/// those that its past gives.
pub(super) fn chart_of(working: &Working) -> Option<(Chart, Show)> {
    let values: Vec<f64> = working.points.iter().map(|point| point.value).collect();
    let past = match working.method {
        Method::Xmr { baseline } => Some(baseline),
        _ => baseline_points(values.len()),
    };
    let baseline = past.map_or(Baseline::All, Baseline::First);
    let chart = Chart::of(&values, Rules::default(), baseline, &[]).ok()?;
    Some((chart, if past.is_some() { Show::Limits } else { Show::Points }))
}

/// All reporters of a working, judged as the rules did.
pub(super) fn funnel_of(indicator: Indicator, peers: &[Peer]) -> Option<Funnel> {
    let units: Option<Vec<Unit>> =
        peers.iter().map(|peer| Unit::new(peer.numerator, peer.denominator)).collect();
    let share = indicator.meaning().share;
    let kind = if share.is_some() { Kind::Proportion } else { Kind::Ratio };
    Funnel::pooled(kind, &units?).ok()
}

fn draw_peers(working: &Working, peers: &[Peer], index: usize, whose: &str) -> Option<Scene> {
    let indicator = working.indicator()?;
    let funnel = funnel_of(indicator, peers)?;
    let (unit, base) = counted_words(indicator);
    let newest = working.points.last()?;
    let picture = FunnelPicture {
        title: &format!("{}, {}", title_of(working), tick_words(newest.start, newest.end)),
        unit: &unit,
        units: "providers",
        base: &base,
        funnel: &funnel,
        // What is counted here is what is bad, whichever way the indicator runs.
        better: if working.better() == Better::Neither { Better::Neither } else { Better::Lower },
        picked: Some((index, whose)),
    };
    (index < peers.len()).then(|| draw_funnel(&picture, Size::Wide))
}

/// What is counted in a funnel over what.
fn counted_words(indicator: Indicator) -> (String, String) {
    use crate::domain::indicator::Better as Of;
    let meaning = indicator.meaning();
    match (meaning.share, meaning.better) {
        (Some((what, of)), Of::Higher) => (format!("other than {what}, % of {of}"), of.to_owned()),
        (Some((what, of)), _) => (format!("{what}, % of {of}"), of.to_owned()),
        (None, _) => ("for each planned visit".to_owned(), "planned visits".to_owned()),
    }
}

fn of_whom(unit: &str, whose: &str) -> String {
    if whose.is_empty() { unit.to_owned() } else { format!("{unit} - {whose}") }
}

/// A period under a picture: "Jul 26", or for other than a month its last day, "1 Aug 26".
fn tick_words(start: Date, end: Date) -> String {
    let month = Period::month_of(start);
    let form = if month.start() == start && month.end() == end { "%b %y" } else { "%-d %b %y" };
    end.strftime(form).to_string()
}
