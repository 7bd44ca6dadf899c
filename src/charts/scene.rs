//! What a picture is made of.

use super::palette::Ink;

/// A place in pixels, from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    pub(super) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Dashed,
    Dotted,
    Mixed,
}

impl Dash {
    /// Lengths of strokes and gaps in pixels; none for an unbroken line.
    pub(super) const fn lengths(self) -> &'static [f32] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[8.0, 5.0],
            Self::Dotted => &[2.0, 4.0],
            Self::Mixed => &[12.0, 4.0, 3.0, 4.0],
        }
    }
}

/// The form of a mark, so that it is told apart without its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Circle,
    Diamond,
    Square,
    Triangle,
}

/// Whether a mark is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Filled,
    Hollow,
}

/// Where the words stand against their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// One thing in a picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Line { points: Vec<Point>, ink: Ink, dash: Dash, width: f64 },
    Mark { at: Point, form: Form, body: Body, ink: Ink, radius: f64 },
    Words { at: Point, text: String, anchor: Anchor, size: f64, ink: Ink },
}

/// A picture: its size, what it shows in words, and its shapes from the ground up.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    /// The width in pixels.
    #[must_use]
    pub const fn width(&self) -> f64 {
        self.width
    }

    /// The height in pixels.
    #[must_use]
    pub const fn height(&self) -> f64 {
        self.height
    }

    /// What the picture is of.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is to be seen in it, for those who do not see it: the text for `alt`.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(super) fn line(&mut self, points: Vec<Point>, ink: Ink, dash: Dash, width: f64) {
        self.shapes.push(Shape::Line { points, ink, dash, width });
    }

    pub(super) fn words(&mut self, at: Point, text: &str, anchor: Anchor, size: f64) {
        let ink = Ink::Words;
        self.shapes.push(Shape::Words { at, text: text.to_owned(), anchor, size, ink });
    }
}

/// The corners of a mark, clockwise; none for a circle.
pub(super) fn corners(form: Form, at: Point, radius: f64) -> Vec<Point> {
    let around = |offsets: &[(f64, f64)]| {
        offsets.iter().map(|(x, y)| Point::new(at.x + x * radius, at.y + y * radius)).collect()
    };
    match form {
        Form::Circle => Vec::new(),
        Form::Diamond => around(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Form::Square => around(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Form::Triangle => around(&[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)]),
    }
}
