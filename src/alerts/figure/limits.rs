//! The limits by which a working was judged, in sentences with their numbers.

use super::drawing::{chart_of, funnel_of};
use crate::rules::{Method, Peer, Working};
use crate::signals::change::Past;
use crate::signals::funnel::Band;
use crate::signals::xmr::{Chart, Standing};
use crate::signals::{Decision, number};

/// The bands, and mean and limits or what was expected.
#[must_use]
pub fn limit_words(working: &Working) -> Vec<String> {
    let judged = match &working.method {
        Method::Bands => None,
        Method::Xmr { .. } => chart_of(working).map(|(chart, _)| chart_words(&chart)),
        Method::PoissonCusum { baseline, events, exposures } => {
            expected_words(working, *baseline, events, exposures)
        }
        Method::Funnel { peers, index } => funnel_words(working, peers, *index),
    };
    band_words(working).into_iter().chain(judged).collect()
}

fn band_words(working: &Working) -> Option<String> {
    match (&working.green, &working.red) {
        (Some(green), Some(red)) => Some(format!("Green is {green}, red is {red}.")),
        (Some(green), None) => Some(format!("Green is {green}; there is no red.")),
        (None, Some(red)) => Some(format!("Red is {red}.")),
        (None, None) => None,
    }
}

fn chart_words(chart: &Chart) -> String {
    let newest = chart.newest_segment();
    let trial = match newest.standing {
        Standing::Trial => "; trial limits, because few periods are known yet",
        Standing::Full => "",
    };
    format!(
        "Mean {}, limits {} and {}, from the first {} of {} periods{trial}.",
        number(newest.limits.mean),
        number(newest.limits.lower),
        number(newest.limits.upper),
        newest.baseline_end - newest.begin,
        chart.values().len()
    )
}

fn expected_words(working: &Working, baseline: usize, events: &[f64], exposures: &[f64]) -> Option<String> {
    let values: Vec<f64> = working.points.iter().map(|point| point.value).collect();
    let past = Past { values: &values, events, exposures, better: working.better() };
    let newest = past.sums(baseline).last()?;
    Some(format!(
        "Expected in the newest period {}, from the first {baseline} of {}; there were {}. The running sum is \
         {}, a signal from {}.",
        number(newest.expected),
        events.len(),
        number(newest.observed),
        number(newest.sum),
        number(Decision::default().threshold())
    ))
}

fn funnel_words(working: &Working, peers: &[Peer], index: usize) -> Option<String> {
    let funnel = funnel_of(working.indicator()?, peers)?;
    let judged = funnel.units.get(index)?;
    let verdict = judged.adjusted.unwrap_or(judged.plain);
    let band = |band: Band| format!("{} to {}", number(band.lower), number(band.upper));
    Some(format!(
        "{} providers together {}; of those of this size 95 % lie within {}, 99.8 % within {}.",
        funnel.units.len(),
        number(funnel.target),
        band(verdict.inner),
        band(verdict.outer)
    ))
}
