//! The working of a chart's newest point.

use serde::Serialize;

use super::number::{number, numbers};
use crate::signals::xmr::{Chart, LIMIT_FACTOR, Limits, Mark, Rules, SCREEN_FACTOR, Screening, Standing};

/// What screening did to the moving ranges.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "screening")]
pub enum Screened {
    /// Nothing was left out.
    Nothing,
    /// These ranges (places from 0) were left out as too large.
    Dropped {
        /// Their places among the ranges.
        ranges: Vec<usize>,
        /// Ranges of this or more were left out.
        bound: f64,
    },
    /// Without the large ranges there would be no movement at all, so all were kept.
    KeptAll,
}

/// The newest stretch of a chart, with the working of its limits and of its newest point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct XmrWorked {
    /// The values of the stretch, oldest first.
    pub values: Vec<f64>,
    /// The limits are made from the first so many of them.
    pub baseline_points: usize,
    /// How much each value of the baseline differs from the one before.
    pub ranges: Vec<f64>,
    /// Their mean before screening.
    pub mr_mean_all: f64,
    /// What screening did.
    pub screened: Screened,
    /// Mean and limits.
    pub limits: Limits,
    /// How far the limits can be relied on.
    pub standing: Standing,
    /// The settings of the rules.
    pub rules: Rules,
    /// The rule that marks the newest value, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

impl XmrWorked {
    pub(super) fn of(chart: &Chart) -> Self {
        let segment = chart.newest_segment();
        let baseline = &chart.values()[segment.begin..segment.baseline_end];
        let ranges: Vec<f64> = baseline.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let mr_mean_all = Limits::of(baseline, Screening::Off).mr_mean;
        Self {
            values: chart.values()[segment.begin..segment.end].to_vec(),
            baseline_points: baseline.len(),
            screened: screened(&ranges, mr_mean_all, chart.rules().screening()),
            ranges,
            mr_mean_all,
            limits: segment.limits,
            standing: segment.standing,
            rules: *chart.rules(),
            mark: chart.newest_mark(),
        }
    }

    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![format!("Values, oldest first: {}.", numbers(&self.values)), self.mean_words()];
        words.push(self.range_words());
        words.extend(self.screened_words());
        words.push(self.limit_words());
        words.extend(self.standing_words());
        words.push(self.verdict_words());
        words
    }

    fn mean_words(&self) -> String {
        let sum: f64 = self.values[..self.baseline_points].iter().sum();
        let points = self.baseline_points;
        format!("Mean of the first {points}: {} / {points} = {}.", number(sum), number(self.limits.mean))
    }

    fn range_words(&self) -> String {
        let sum: f64 = self.ranges.iter().sum();
        match self.ranges.len() {
            0 => "One value alone has no step to a next one, so the limits are at the mean.".to_owned(),
            steps => format!(
                "Mean of the {steps} steps from one to the next: {} / {steps} = {}.",
                number(sum),
                number(self.mr_mean_all)
            ),
        }
    }

    fn screened_words(&self) -> Option<String> {
        match &self.screened {
            Screened::Nothing => None,
            Screened::KeptAll => {
                Some("Large steps were kept: without them the values would not move at all.".to_owned())
            }
            Screened::Dropped { ranges, bound } => Some(format!(
                "Left out {} of {SCREEN_FACTOR} times that ({}) or more; mean of the rest: {}.",
                steps(ranges.len()),
                number(*bound),
                number(self.limits.mr_mean)
            )),
        }
    }

    fn limit_words(&self) -> String {
        let Limits { mean, mr_mean, lower, near_lower, near_upper, upper, .. } = self.limits;
        format!(
            "Limits: {} ± {LIMIT_FACTOR} × {} = {} and {}; near them from {} and {}.",
            number(mean),
            number(mr_mean),
            number(lower),
            number(upper),
            number(near_lower),
            number(near_upper)
        )
    }

    fn standing_words(&self) -> Option<String> {
        let points = self.baseline_points;
        let trial = self.standing == Standing::Trial;
        trial.then(|| format!("These are trial limits: {points} values are few, and the next may move them."))
    }

    fn verdict_words(&self) -> String {
        let newest = self.values.last().copied().map(number).unwrap_or_default();
        match self.mark {
            None => format!("The newest value, {newest}, shows no signal."),
            Some(mark) => format!("The newest value, {newest}, {}.", mark.words(&self.rules)),
        }
    }
}

fn steps(count: usize) -> String {
    if count == 1 { "1 step".to_owned() } else { format!("{count} steps") }
}

fn screened(ranges: &[f64], mr_mean_all: f64, screening: Screening) -> Screened {
    let bound = SCREEN_FACTOR * mr_mean_all;
    let dropped: Vec<usize> =
        ranges.iter().enumerate().filter(|(_, range)| **range >= bound).map(|(place, _)| place).collect();
    let moves_left = ranges.iter().any(|range| *range > 0.0 && *range < bound);
    match screening {
        Screening::Off => Screened::Nothing,
        Screening::Once if dropped.is_empty() || mr_mean_all <= 0.0 => Screened::Nothing,
        Screening::Once if !moves_left => Screened::KeptAll,
        Screening::Once => Screened::Dropped { ranges: dropped, bound },
    }
}
