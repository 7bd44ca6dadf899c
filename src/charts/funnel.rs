//! The picture of a funnel: units by their size, with limits that widen for small ones.

use super::axis::Axis;
use super::legend;
use super::marker::of_tone;
use super::palette::Ink;
use super::plot::{Field, Size};
use super::scene::{Anchor, Body, Dash, Form, Point, Scene, Shape};
use super::words::{fitted, width};
use crate::signals::funnel::{Band, Control, Funnel, Judged, Kind, Position, plain, widened};
use crate::signals::{Better, Tone, number};

/// How many places a limit is worked out for along the picture.
const PLACES: u32 = 120;

/// What a picture of a funnel is made from.
#[derive(Clone, Copy, Debug)]
pub struct FunnelPicture<'a> {
    /// What is compared.
    pub title: &'a str,
    /// What the numbers are: "missed visits, % of planned visits". Proportions are drawn in per cent.
    pub unit: &'a str,
    /// What the units are: "providers".
    pub units: &'a str,
    /// What the size of a unit is: "planned visits".
    pub base: &'a str,
    /// The units, judged.
    pub funnel: &'a Funnel,
    /// Which way is good.
    pub better: Better,
    /// Place and name of the unit that the picture is about, if it is about one.
    pub picked: Option<(usize, &'a str)>,
}

/// Draws a funnel.
#[must_use]
pub fn draw_funnel(picture: &FunnelPicture<'_>, size: Size) -> Scene {
    let funnel = picture.funnel;
    let largest = funnel.units.iter().map(|judged| judged.unit.denominator()).fold(0.0, f64::max);
    let sizes = Axis::over([0.0, largest]);
    let words = [format!("all {}", value_words(funnel.kind, rounded(funnel.target)))];
    let field = Field::new(size, (0.0, sizes.high), axis(funnel), &words);
    let mut scene = field.scene(picture.title, picture.unit, description(picture));
    draw_curves(&mut scene, &field, funnel, sizes.high);
    draw_centre(&mut scene, &field, shown(funnel.kind, funnel.target), &words[0]);
    draw_units(&mut scene, &field, picture);
    let mut labels: Vec<(f64, String)> = sizes.ticks.iter().map(|tick| (*tick, sizes.label(*tick))).collect();
    if let Some((_, last)) = labels.last_mut() {
        *last = format!("{last} {}", picture.base);
    }
    field.draw_across(&mut scene, &labels);
    legend::draw(&mut scene, size, &tones(picture));
    scene
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A value as it is drawn: a proportion in per cent.
const fn shown(kind: Kind, value: f64) -> f64 {
    match kind {
        Kind::Proportion => 100.0 * value,
        Kind::Ratio => value,
    }
}

fn value_words(kind: Kind, value: f64) -> String {
    let mark = match kind {
        Kind::Proportion => " %",
        Kind::Ratio => "",
    };
    format!("{}{mark}", number(shown(kind, value)))
}

/// Up to the highest unit, with room for the limits where most units lie, but not for the limits
/// of the very smallest, which would press all else flat.
fn axis(funnel: &Funnel) -> Axis {
    let mut sizes: Vec<f64> = funnel.units.iter().map(|judged| judged.unit.denominator()).collect();
    sizes.sort_by(f64::total_cmp);
    let typical = sizes[sizes.len() / 4];
    let limit = plain(funnel.kind, funnel.target, typical, Control::P998).upper;
    let values = funnel.units.iter().map(|judged| judged.value).chain([0.0, limit, funnel.target]);
    Axis::over(values.map(|value| shown(funnel.kind, value)))
}

type Curve<'a> = (&'a dyn Fn(f64) -> Band, Ink, Dash);

fn draw_curves(scene: &mut Scene, field: &Field, funnel: &Funnel, largest: f64) {
    let (kind, target, tau2) = (funnel.kind, funnel.target, funnel.dispersion.tau2);
    let inner = |size: f64| plain(kind, target, size, Control::P95);
    let outer = |size: f64| plain(kind, target, size, Control::P998);
    let wide = |size: f64| widened(kind, target, size, tau2, Control::P998);
    let mut curves: Vec<Curve<'_>> =
        vec![(&inner, Ink::Limits, Dash::Dashed), (&outer, Ink::Limits, Dash::Solid)];
    if funnel.units.iter().any(|judged| judged.adjusted.is_some()) {
        curves.push((&wide, Ink::Widened, Dash::Dotted));
    }
    for (band, ink, dash) in curves {
        for upper in [true, false] {
            let points = curve(field, largest, |size| {
                shown(kind, if upper { band(size).upper } else { band(size).lower })
            });
            scene.line(points, ink, dash, 1.5);
        }
    }
}

/// A limit along the sizes, left out where it is beyond the picture.
fn curve(field: &Field, largest: f64, limit: impl Fn(f64) -> f64) -> Vec<Point> {
    let (low, high) = field.ends();
    (1..=PLACES)
        .map(|place| largest * (f64::from(place) / f64::from(PLACES)).powi(2))
        .map(|size| (size, limit(size)))
        .filter(|(_, value)| (low..=high).contains(value))
        .map(|(size, value)| field.at(size, value))
        .collect()
}

fn draw_centre(scene: &mut Scene, field: &Field, target: f64, words: &str) {
    let (type_px, y) = (field.size.type_px(), field.y(target));
    let line = vec![Point::new(field.left, y), Point::new(field.right, y)];
    scene.line(line, Ink::Limits, Dash::Solid, 1.5);
    let at = Point::new(field.right + 0.4 * type_px, y + 0.35 * type_px);
    scene.words(at, words, Anchor::Start, type_px);
}

fn draw_units(scene: &mut Scene, field: &Field, picture: &FunnelPicture<'_>) {
    let place =
        |judged: &Judged| field.at(judged.unit.denominator(), shown(picture.funnel.kind, judged.value));
    for judged in &picture.funnel.units {
        let at = place(judged);
        scene.shapes.push(mark(at, judged, picture.better, field.size.point_px()));
    }
    let Some((index, name)) = picture.picked else { return };
    let Some(judged) = picture.funnel.units.get(index) else { return };
    let at = place(judged);
    let ring = 2.6 * field.size.point_px();
    scene.shapes.push(Shape::Mark {
        at,
        form: Form::Circle,
        body: Body::Hollow,
        ink: Ink::Words,
        radius: ring,
    });
    draw_name(scene, field, at, name);
}

fn mark(at: Point, judged: &Judged, better: Better, radius: f64) -> Shape {
    match tone(judged, better) {
        None => Shape::Mark { at, form: Form::Circle, body: Body::Filled, ink: Ink::Ordinary, radius },
        Some(tone) => {
            let (ink, form) = of_tone(tone);
            Shape::Mark { at, form, body: Body::Filled, ink, radius: 1.5 * radius }
        }
    }
}

/// What a unit beyond the 99.8 % limits is; those between the two limits are left to chance.
fn tone(judged: &Judged, better: Better) -> Option<Tone> {
    match judged.plain.position {
        Position::Beyond998(side) => Some(better.tone(side)),
        Position::Beyond95(_) | Position::Inside => None,
    }
}

/// The name beside its ring: on the right, or where the left has more room for it, there.
fn draw_name(scene: &mut Scene, field: &Field, at: Point, name: &str) {
    let type_px = field.size.type_px();
    let beside = 3.9 * field.size.point_px();
    let (right, left) = (field.right - at.x - beside, at.x - beside - field.left);
    let (x, anchor, room) = if width(name, type_px) <= right || right >= left {
        (at.x + beside, Anchor::Start, right)
    } else {
        (at.x - beside, Anchor::End, left)
    };
    let name = fitted(name, type_px, room);
    scene.words(Point::new(x, at.y + 0.35 * type_px), &name, anchor, type_px);
}

fn tones(picture: &FunnelPicture<'_>) -> Vec<Tone> {
    picture.funnel.units.iter().filter_map(|judged| tone(judged, picture.better)).collect()
}

fn description(picture: &FunnelPicture<'_>) -> String {
    let funnel = picture.funnel;
    let mut words = format!(
        "{}, {}: {} {}, together {}; {} of them beyond the 99.8 % limits.",
        picture.title,
        picture.unit,
        funnel.units.len(),
        picture.units,
        value_words(funnel.kind, rounded(funnel.target)),
        tones(picture).len()
    );
    if let Some((judged, name)) =
        picture.picked.and_then(|(index, name)| Some((funnel.units.get(index)?, name)))
    {
        words += &format!(
            " {name}: {}, {}.",
            value_words(funnel.kind, rounded(judged.value)),
            judged.plain.position.words()
        );
    }
    if funnel.units.iter().any(|judged| judged.adjusted.is_some()) {
        words += " The dotted lines allow for their own spread.";
    }
    words
}
