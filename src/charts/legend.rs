//! The row under a picture that says what each mark means.

use super::marker::of_tone;
use super::plot::Size;
use super::scene::{Anchor, Body, Point, Scene, Shape};
use super::words::width;
use crate::signals::Tone;

const fn meaning(tone: Tone) -> &'static str {
    match tone {
        Tone::Worse => "signal: worse",
        Tone::Better => "signal: better",
        Tone::Neutral => "signal",
    }
}

/// Draws a row for the tones that the picture has, at its lower edge.
pub(super) fn draw(scene: &mut Scene, size: Size, tones: &[Tone]) {
    let type_px = size.type_px();
    let y = scene.height - 0.75 * type_px;
    let mut x = 0.9 * type_px;
    for tone in [Tone::Worse, Tone::Better, Tone::Neutral] {
        if !tones.contains(&tone) {
            continue;
        }
        let (ink, form) = of_tone(tone);
        let at = Point::new(x, y - 0.3 * type_px);
        scene.shapes.push(Shape::Mark { at, form, body: Body::Filled, ink, radius: 1.5 * size.point_px() });
        x += 0.8 * type_px;
        scene.words(Point::new(x, y), meaning(tone), Anchor::Start, type_px);
        x += width(meaning(tone), type_px) + 1.4 * type_px;
    }
}
