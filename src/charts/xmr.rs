//! The picture of a series: its points, mean, limits and target.

use super::axis::Axis;
use super::legend;
use super::marker::of_tone;
use super::palette::Ink;
use super::plot::{Field, Size};
use super::scene::{Anchor, Body, Dash, Form, Point, Scene, Shape};
use super::words::apart;
use crate::signals::xmr::{Chart, Limits, Mark, Segment, assurance};
use crate::signals::{Better, Tone, number};

/// What a picture of a series is made from.
#[derive(Clone, Copy, Debug)]
pub struct XmrPicture<'a> {
    /// What the series is, and whose.
    pub title: &'a str,
    /// What the numbers are: "% of visits".
    pub unit: &'a str,
    /// The name of each period, as many as there are values.
    pub periods: &'a [String],
    /// The series, judged.
    pub chart: &'a Chart,
    /// Which way is good.
    pub better: Better,
    /// What was agreed, if anything.
    pub agreed: Option<Agreed>,
    /// What is drawn beside the points.
    pub show: Show,
}

/// A line that was agreed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Agreed {
    /// What is to be reached.
    Target(f64),
    /// Where red begins.
    Red(f64),
}

impl Agreed {
    const fn at(self) -> f64 {
        match self {
            Self::Target(at) | Self::Red(at) => at,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Target(_) => "target",
            Self::Red(_) => "red",
        }
    }
}

/// What is drawn beside the points of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Mean, limits and signals.
    Limits,
    /// Nothing but what was agreed: there are too few points for limits.
    Points,
}

/// Draws a series.
#[must_use]
pub fn draw_xmr(picture: &XmrPicture<'_>, size: Size) -> Scene {
    let chart = picture.chart;
    let lines = lines(picture);
    let words: Vec<String> = lines.iter().map(Line::words).collect();
    let across = (-0.5, last_place(chart) + 0.5);
    let field = Field::new(size, across, axis(picture), &words);
    let mut scene = field.scene(picture.title, picture.unit, description(picture));
    for segment in segments(picture) {
        draw_limits(&mut scene, &field, segment);
    }
    draw_agreed(&mut scene, &field, picture.agreed);
    draw_line_words(&mut scene, &field, &lines, &words);
    draw_points(&mut scene, &field, picture);
    let periods: Vec<(f64, String)> = (0_u32..).map(f64::from).zip(picture.periods.iter().cloned()).collect();
    field.draw_across(&mut scene, &periods);
    legend::draw(&mut scene, size, &tones(picture));
    scene
}

fn last_place(chart: &Chart) -> f64 {
    f64::from(u32::try_from(chart.values().len() - 1).unwrap_or(u32::MAX))
}

fn place(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(u32::MAX))
}

fn never_below_nought(chart: &Chart) -> bool {
    chart.values().iter().all(|value| *value >= 0.0)
}

/// The limits that are drawn: not one below nought where no value can be.
fn shown(limits: &Limits, chart: &Chart) -> Vec<f64> {
    let hidden = limits.lower < 0.0 && never_below_nought(chart);
    if hidden { vec![limits.upper] } else { vec![limits.lower, limits.upper] }
}

/// The stretches whose limits are drawn.
fn segments<'a>(picture: &XmrPicture<'a>) -> &'a [Segment] {
    match picture.show {
        Show::Limits => picture.chart.segments(),
        Show::Points => &[],
    }
}

/// The marks that are drawn: without limits there are none.
fn marks(picture: &XmrPicture<'_>) -> Vec<Option<Mark>> {
    match picture.show {
        Show::Limits => picture.chart.marks().to_vec(),
        Show::Points => vec![None; picture.chart.values().len()],
    }
}

fn axis(picture: &XmrPicture<'_>) -> Axis {
    let chart = picture.chart;
    let limits = segments(picture).iter().flat_map(|segment| shown(&segment.limits, chart));
    Axis::over(chart.values().iter().copied().chain(limits).chain(picture.agreed.map(Agreed::at)))
}

/// A line that has its name beside it.
struct Line {
    value: f64,
    name: &'static str,
    ink: Ink,
}

impl Line {
    const fn of_limits(name: &'static str, value: f64) -> Self {
        Self { value, name, ink: Ink::Words }
    }

    fn words(&self) -> String {
        format!("{} {}", self.name, number(rounded(self.value)))
    }
}

/// Three digits are enough beside a line.
fn rounded(value: f64) -> f64 {
    let power = 10_f64.powf(2.0 - value.abs().max(1e-9).log10().floor());
    if power >= 1.0 { (value * power).round() / power } else { value.round() }
}

fn lines(picture: &XmrPicture<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = match segments(picture).last() {
        Some(newest) => limit_lines(&newest.limits, picture.chart),
        None => Vec::new(),
    };
    let line = |agreed: Agreed| Line { value: agreed.at(), name: agreed.name(), ink: Ink::Target };
    lines.extend(picture.agreed.map(line));
    lines.sort_by(|one, other| other.value.total_cmp(&one.value));
    lines
}

fn limit_lines(limits: &Limits, chart: &Chart) -> Vec<Line> {
    let mut lines = vec![Line::of_limits("mean", limits.mean)];
    if limits.upper > limits.lower {
        lines.push(Line::of_limits("upper", limits.upper));
        let lower = shown(limits, chart).len() > 1;
        lines.extend(lower.then_some(Line::of_limits("lower", limits.lower)));
    }
    lines
}

fn draw_limits(scene: &mut Scene, field: &Field, segment: &Segment) {
    let (from, to) = (place(segment.begin) - 0.5, place(segment.end) - 0.5);
    let (floor, _) = field.ends();
    let Limits { mean, lower, upper, .. } = segment.limits;
    for (value, dash) in [(mean, Dash::Solid), (lower, Dash::Dashed), (upper, Dash::Dashed)] {
        if value >= floor {
            scene.line(vec![field.at(from, value), field.at(to, value)], Ink::Limits, dash, 1.5);
        }
    }
}

fn draw_agreed(scene: &mut Scene, field: &Field, agreed: Option<Agreed>) {
    if let Some(agreed) = agreed {
        let y = field.y(agreed.at());
        let line = vec![Point::new(field.left, y), Point::new(field.right, y)];
        scene.line(line, Ink::Target, Dash::Mixed, 2.0);
    }
}

fn draw_line_words(scene: &mut Scene, field: &Field, lines: &[Line], words: &[String]) {
    let type_px = field.size.type_px();
    let mut places: Vec<f64> = lines.iter().map(|line| field.y(line.value)).collect();
    apart(&mut places, 1.1 * type_px, field.top, field.bottom);
    for ((line, words), y) in lines.iter().zip(words).zip(places) {
        let at = Point::new(field.right + 0.4 * type_px, y + 0.35 * type_px);
        scene.shapes.push(Shape::Words {
            at,
            text: words.clone(),
            anchor: Anchor::Start,
            size: type_px,
            ink: line.ink,
        });
    }
}

fn draw_points(scene: &mut Scene, field: &Field, picture: &XmrPicture<'_>) {
    let chart = picture.chart;
    let at: Vec<Point> =
        chart.values().iter().enumerate().map(|(index, value)| field.at(place(index), *value)).collect();
    for segment in chart.segments() {
        scene.line(at[segment.begin..segment.end].to_vec(), Ink::Ordinary, Dash::Solid, 1.5);
    }
    let radius = field.size.point_px();
    for (at, mark) in at.into_iter().zip(marks(picture)) {
        let (ink, form, radius) = match mark {
            None => (Ink::Ordinary, Form::Circle, radius),
            Some(mark) => {
                let (ink, form) = of_tone(picture.better.tone(mark.side));
                (ink, form, 1.5 * radius)
            }
        };
        scene.shapes.push(Shape::Mark { at, form, body: Body::Filled, ink, radius });
    }
}

fn tones(picture: &XmrPicture<'_>) -> Vec<Tone> {
    marks(picture).iter().flatten().map(|mark| picture.better.tone(mark.side)).collect()
}

fn description(picture: &XmrPicture<'_>) -> String {
    let limits = segments(picture).last().map(|newest| newest.limits);
    let mut words = format!("{}, {}: {}", picture.title, picture.unit, span_words(picture));
    if let Some(limits) = limits {
        words += &format!(
            " Mean {}, limits {} and {}.",
            number(limits.mean),
            number(limits.lower),
            number(limits.upper)
        );
    }
    words += &agreed_words(limits, picture);
    words + &newest_words(picture)
}

fn span_words(picture: &XmrPicture<'_>) -> String {
    let count = picture.chart.values().len();
    match (picture.periods.first(), picture.periods.last()) {
        (Some(first), Some(last)) if count > 1 => format!("{count} values from {first} to {last}."),
        (Some(first), _) => format!("one value, {first}."),
        _ => format!("{count} values."),
    }
}

fn agreed_words(limits: Option<Limits>, picture: &XmrPicture<'_>) -> String {
    let Some(agreed) = picture.agreed else { return String::new() };
    let at = number(agreed.at());
    let assurance = limits.and_then(|limits| assurance(&limits, agreed.at(), picture.better));
    match (agreed, assurance) {
        (Agreed::Red(_), _) => format!(" Red begins at {at}."),
        (Agreed::Target(_), None) => format!(" Target {at}."),
        (Agreed::Target(_), Some(assurance)) => format!(" Target {at}: {}.", assurance.words()),
    }
}

fn newest_words(picture: &XmrPicture<'_>) -> String {
    let chart = picture.chart;
    let newest = chart.values().last().copied().map(number).unwrap_or_default();
    if picture.show == Show::Points {
        return format!(" The newest value is {newest}.");
    }
    match chart.newest_mark() {
        None => format!(" The newest value, {newest}, lies within the limits."),
        Some(mark) => {
            let tone = match picture.better.tone(mark.side) {
                Tone::Worse => "a change for the worse",
                Tone::Better => "a change for the better",
                Tone::Neutral => "a change",
            };
            format!(" The newest value, {newest}, {}: {tone}.", mark.words(chart.rules()))
        }
    }
}
