//! A whole series with its limits and marks.

use serde::Serialize;

use super::Standing;
use super::limits::Limits;
use super::marks::{Mark, mark};
use super::rules::Rules;
use crate::signals::{Unfit, check_values};

/// Which points of a stretch the limits are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// All of them.
    #[default]
    All,
    /// The first so many; the limits then hold for the rest.
    First(usize),
}

/// A stretch of the series with its own limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// The place of its first point, from 0.
    pub begin: usize,
    /// The place after its last point.
    pub end: usize,
    /// The place after the last point that the limits are made from.
    pub baseline_end: usize,
    /// Mean and limits.
    pub limits: Limits,
    /// How far the limits can be relied on.
    pub standing: Standing,
}

/// A series, judged point by point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    values: Vec<f64>,
    rules: Rules,
    segments: Vec<Segment>,
    marks: Vec<Option<Mark>>,
}

impl Chart {
    /// Judges `values`, oldest first. A new baseline starts at each place in `rebases`: mean,
    /// ranges and runs start afresh there.
    pub fn of(values: &[f64], rules: Rules, baseline: Baseline, rebases: &[usize]) -> Result<Self, Unfit> {
        check_values(values)?;
        let starts = starts(values.len(), rebases)?;
        let mut marks = vec![None; values.len()];
        let mut segments = Vec::with_capacity(starts.len());
        for (place, begin) in starts.iter().enumerate() {
            let end = starts.get(place + 1).copied().unwrap_or(values.len());
            let segment = segment(values, *begin, end, &rules, baseline);
            mark(&values[*begin..end], &segment.limits, &rules, &mut marks[*begin..end]);
            segments.push(segment);
        }
        Ok(Self { values: values.to_vec(), rules, segments, marks })
    }

    /// The values, oldest first.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The settings of the rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The stretches, oldest first; there is at least one.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The mark of each value.
    #[must_use]
    pub fn marks(&self) -> &[Option<Mark>] {
        &self.marks
    }

    /// The stretch that holds the newest point.
    #[must_use]
    pub fn newest_segment(&self) -> &Segment {
        self.segments.last().expect("a chart is only made from at least one value")
    }

    /// The mark of the newest point.
    #[must_use]
    pub fn newest_mark(&self) -> Option<Mark> {
        self.marks.last().copied().flatten()
    }
}

fn starts(points: usize, rebases: &[usize]) -> Result<Vec<usize>, Unfit> {
    let mut starts = vec![0];
    for rebase in rebases.iter().copied().filter(|rebase| *rebase != 0) {
        if rebase >= points || starts.last().is_some_and(|last| rebase <= *last) {
            return Err(Unfit::Rebase { index: rebase });
        }
        starts.push(rebase);
    }
    Ok(starts)
}

fn segment(values: &[f64], begin: usize, end: usize, rules: &Rules, baseline: Baseline) -> Segment {
    let length = match baseline {
        Baseline::All => end - begin,
        Baseline::First(points) => points.clamp(1, end - begin),
    };
    let limits = Limits::of(&values[begin..begin + length], rules.screening());
    Segment { begin, end, baseline_end: begin + length, limits, standing: Standing::of(length) }
}
