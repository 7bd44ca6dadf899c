//! The field of a picture: its margins, its axes, and where a number lies in pixels.

use super::axis::Axis;
use super::palette::Ink;
use super::scene::{Anchor, Dash, Point, Scene};
use super::words::{fitted, width};

/// How large a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 600 pixels wide, with type that still reads when a telephone shows it at 320.
    Wide,
    /// 320 pixels wide.
    Narrow,
}

impl Size {
    const fn pixels(self) -> (f64, f64) {
        match self {
            Self::Wide => (600.0, 400.0),
            Self::Narrow => (320.0, 290.0),
        }
    }

    pub(super) const fn type_px(self) -> f64 {
        match self {
            Self::Wide => 19.0,
            Self::Narrow => 13.0,
        }
    }

    /// The radius of an ordinary point.
    pub(super) const fn point_px(self) -> f64 {
        match self {
            Self::Wide => 4.0,
            Self::Narrow => 2.8,
        }
    }
}

/// The numbers along the two sides of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) size: Size,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    across: (f64, f64),
    up: Axis,
}

impl Field {
    /// A field for `across` and `up`, with room for `right_words` on its right.
    pub(super) fn new(size: Size, across: (f64, f64), up: Axis, right_words: &[String]) -> Self {
        let (total, height) = size.pixels();
        let type_px = size.type_px();
        let widest = |words: &mut dyn Iterator<Item = f64>| words.fold(0.0_f64, f64::max);
        let on_left = widest(&mut up.ticks.iter().map(|tick| width(&up.label(*tick), type_px)));
        let on_right = widest(&mut right_words.iter().map(|words| width(words, type_px)));
        Self {
            size,
            left: on_left + 0.9 * type_px,
            right: total - on_right - 0.9 * type_px,
            top: 3.6 * type_px,
            bottom: height - 3.4 * type_px,
            across,
            up,
        }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        let (low, high) = self.across;
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        self.left + share * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let Axis { low, high, .. } = self.up;
        self.bottom - (value - low) / (high - low) * (self.bottom - self.top)
    }

    pub(super) fn at(&self, across: f64, up: f64) -> Point {
        Point::new(self.x(across), self.y(up))
    }

    /// The lowest and the highest number that is drawn.
    pub(super) const fn ends(&self) -> (f64, f64) {
        (self.up.low, self.up.high)
    }

    /// An empty picture with its title, what the numbers are, and the numbers with their lines.
    pub(super) fn scene(&self, title: &str, unit: &str, description: String) -> Scene {
        let (width, height) = self.size.pixels();
        let mut scene = Scene { width, height, title: title.to_owned(), description, shapes: Vec::new() };
        let type_px = self.size.type_px();
        let room = width - type_px;
        let heading = fitted(title, type_px, room);
        scene.words(Point::new(0.5 * type_px, 1.25 * type_px), &heading, Anchor::Start, type_px);
        let unit = fitted(unit, 0.85 * type_px, room);
        scene.words(Point::new(0.5 * type_px, 2.5 * type_px), &unit, Anchor::Start, 0.85 * type_px);
        self.draw_numbers(&mut scene);
        scene
    }

    fn draw_numbers(&self, scene: &mut Scene) {
        let type_px = self.size.type_px();
        for tick in &self.up.ticks {
            let y = self.y(*tick);
            scene.line(
                vec![Point::new(self.left, y), Point::new(self.right, y)],
                Ink::Grid,
                Dash::Solid,
                1.0,
            );
            let at = Point::new(self.left - 0.4 * type_px, y + 0.35 * type_px);
            scene.words(at, &self.up.label(*tick), Anchor::End, type_px);
        }
    }

    /// Words under the field, as many of them as stand apart; the last one always does.
    pub(super) fn draw_across(&self, scene: &mut Scene, labels: &[(f64, String)]) {
        let type_px = self.size.type_px();
        let total = scene.width;
        let mut free = total;
        for (value, label) in labels.iter().rev() {
            let wide = width(label, type_px);
            let middle = self.x(*value).clamp(wide / 2.0 + 2.0, total - wide / 2.0 - 2.0);
            if middle + wide / 2.0 > free {
                continue;
            }
            let tick = Point::new(self.x(*value), self.bottom);
            let end = Point::new(tick.x, self.bottom + 0.3 * type_px);
            scene.line(vec![tick, end], Ink::Limits, Dash::Solid, 1.0);
            let at = Point::new(middle, self.bottom + 1.3 * type_px);
            scene.words(at, label, Anchor::Middle, type_px);
            free = middle - wide / 2.0 - 1.5 * type_px;
        }
    }
}
