//! A picture as PNG bytes, for mail programs, most of which do not show SVG.

use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform,
};

use super::glyphs::strokes;
use super::palette::Ink;
use super::scene::{Anchor, Body, Form, Point, Scene, Shape, corners};
use super::words::width;

/// Pixels of the image for each pixel of the picture, so that it is sharp on fine screens.
const SCALE: f32 = 2.0;

/// How thick the pen of the letters is, as a share of the type size.
const PEN_SHARE: f64 = 0.095;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The picture has no size, or one beyond what an image can have.
    #[error("cannot make an image of {width} by {height} pixels")]
    Size {
        /// Pixels across.
        width: f64,
        /// Pixels down.
        height: f64,
    },
    /// The pixels could not be packed.
    #[error("cannot pack the image: {0}")]
    Packing(String),
}

/// The picture as PNG, at twice its size.
pub fn png(scene: &Scene) -> Result<Vec<u8>, PngError> {
    let refused = || PngError::Size { width: scene.width, height: scene.height };
    let mut canvas = Pixmap::new(pixels(scene.width), pixels(scene.height)).ok_or_else(refused)?;
    canvas.fill(colour(Ink::Ground));
    for shape in &scene.shapes {
        draw(&mut canvas, shape);
    }
    canvas.encode_png().map_err(|why| PngError::Packing(why.to_string()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture is some hundred pixels"
)]
fn pixels(length: f64) -> u32 {
    (length * f64::from(SCALE)).ceil() as u32
}

/// The drawing library counts in single precision, which is plenty for a place in a picture.
#[expect(clippy::cast_possible_truncation, reason = "a place in a picture of some hundred pixels")]
const fn single(value: f64) -> f32 {
    value as f32
}

fn colour(ink: Ink) -> tiny_skia::Color {
    let [red, green, blue] = ink.rgb();
    tiny_skia::Color::from_rgba8(red, green, blue, u8::MAX)
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour(ink));
    paint
}

fn draw(canvas: &mut Pixmap, shape: &Shape) {
    match shape {
        Shape::Line { points, ink, dash, width } => {
            let dash = StrokeDash::new(dash.lengths().to_vec(), 0.0);
            let pen = Stroke { width: single(*width), line_join: LineJoin::Round, dash, ..Stroke::default() };
            stroke(canvas, path(points, false), *ink, &pen);
        }
        Shape::Mark { at, form, body, ink, radius } => {
            draw_mark(canvas, outline(*at, *form, *radius), *body, *ink)
        }
        Shape::Words { at, text, anchor, size, ink } => draw_words(canvas, *at, text, *anchor, *size, *ink),
    }
}

fn path(points: &[Point], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    builder.move_to(single(first.x), single(first.y));
    for point in rest {
        builder.line_to(single(point.x), single(point.y));
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

fn outline(at: Point, form: Form, radius: f64) -> Option<Path> {
    match form {
        Form::Circle => PathBuilder::from_circle(single(at.x), single(at.y), single(radius)),
        _ => path(&corners(form, at, radius), true),
    }
}

fn stroke(canvas: &mut Pixmap, path: Option<Path>, ink: Ink, pen: &Stroke) {
    if let Some(path) = path {
        canvas.stroke_path(&path, &paint(ink), pen, Transform::from_scale(SCALE, SCALE), None);
    }
}

/// A filled mark has an edge in the colour of the ground, so that marks on top of each other part.
fn draw_mark(canvas: &mut Pixmap, path: Option<Path>, body: Body, ink: Ink) {
    let Some(path) = path else { return };
    let (edge, width) = match body {
        Body::Filled => (Ink::Ground, 1.0),
        Body::Hollow => (ink, 2.0),
    };
    if body == Body::Filled {
        let scale = Transform::from_scale(SCALE, SCALE);
        canvas.fill_path(&path, &paint(ink), FillRule::Winding, scale, None);
    }
    stroke(canvas, Some(path), edge, &Stroke { width, ..Stroke::default() });
}

fn draw_words(canvas: &mut Pixmap, at: Point, text: &str, anchor: Anchor, size: f64, ink: Ink) {
    let back = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5,
        Anchor::End => 1.0,
    };
    let begin = Point::new(at.x - back * width(text, size), at.y);
    let pen = Stroke {
        width: single(PEN_SHARE * size),
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    };
    for points in strokes(text, begin, size) {
        stroke(canvas, path(&points, false), ink, &pen);
    }
}
