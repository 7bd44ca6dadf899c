//! The picture of a series: its points, mean, limits and target.

use super::axis::Axis;
use super::legend;
use super::marker::of_tone;
use super::palette::Ink;
use super::plot::{Field, Size};
use super::scene::{Anchor, Body, Dash, Form, Point, Scene, Shape};
use super::words::apart;
use crate::signals::xmr::{Chart, Limits, Segment, assurance};
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
    pub target: Option<f64>,
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
    for segment in chart.segments() {
        draw_limits(&mut scene, &field, segment);
    }
    draw_target(&mut scene, &field, picture.target);
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

fn axis(picture: &XmrPicture<'_>) -> Axis {
    let chart = picture.chart;
    let limits = chart.segments().iter().flat_map(|segment| shown(&segment.limits, chart));
    Axis::over(chart.values().iter().copied().chain(limits).chain(picture.target))
}

/// A line that has its name beside it.
struct Line {
    value: f64,
    name: &'static str,
}

impl Line {
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
    let limits = picture.chart.newest_segment().limits;
    let mut lines = vec![Line { value: limits.mean, name: "mean" }];
    if limits.upper > limits.lower {
        lines.push(Line { value: limits.upper, name: "upper" });
        let lower = shown(&limits, picture.chart).len() > 1;
        lines.extend(lower.then_some(Line { value: limits.lower, name: "lower" }));
    }
    lines.extend(picture.target.map(|value| Line { value, name: "target" }));
    lines.sort_by(|one, other| other.value.total_cmp(&one.value));
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

fn draw_target(scene: &mut Scene, field: &Field, target: Option<f64>) {
    if let Some(target) = target {
        let y = field.y(target);
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
        let ink = if line.name == "target" { Ink::Target } else { Ink::Words };
        scene.shapes.push(Shape::Words {
            at,
            text: words.clone(),
            anchor: Anchor::Start,
            size: type_px,
            ink,
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
    for (at, mark) in at.into_iter().zip(chart.marks()) {
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
    picture.chart.marks().iter().flatten().map(|mark| picture.better.tone(mark.side)).collect()
}

fn description(picture: &XmrPicture<'_>) -> String {
    let chart = picture.chart;
    let limits = chart.newest_segment().limits;
    let mut words = format!("{}, {}: {}", picture.title, picture.unit, span_words(picture));
    words += &format!(
        " Mean {}, limits {} and {}.",
        number(limits.mean),
        number(limits.lower),
        number(limits.upper)
    );
    if let Some(target) = picture.target {
        words += &target_words(&limits, target, picture.better);
    }
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

fn target_words(limits: &Limits, target: f64, better: Better) -> String {
    let target_text = number(target);
    match assurance(limits, target, better) {
        None => format!(" Target {target_text}."),
        Some(assurance) => format!(" Target {target_text}: {}.", assurance.words()),
    }
}

fn newest_words(picture: &XmrPicture<'_>) -> String {
    let chart = picture.chart;
    let newest = chart.values().last().copied().map(number).unwrap_or_default();
    match chart.newest_mark() {
        None => format!(" The newest value, {newest}, shows no signal."),
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
