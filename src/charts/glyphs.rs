//! Letters as strokes of a pen, so that a PNG needs no font.
//!
//! A letter is 7 units high, a small one 5, and hangs at most 2 below the line; y goes up. Strokes
//! are parted by `|`, places by a space; `~` makes a stroke a smooth curve through its places.

use super::scene::Point;

/// How high a capital is, in units.
const CAPITAL: f64 = 7.0;

/// How high a capital is as a share of the type size.
const CAPITAL_SHARE: f64 = 0.72;

/// The gap after a letter, in units.
const GAP: f64 = 1.7;

/// How many pieces a curve has between two places.
const PIECES: u8 = 6;

/// Width and strokes of a letter.
type Glyph = (char, f64, &'static str);

/// What is drawn for a letter that is not here: an empty box.
const UNKNOWN: Glyph = ('\u{fffd}', 3.6, "0,0 0,7 3.6,7 3.6,0 0,0");

#[rustfmt::skip]
const GLYPHS: [Glyph; 88] = [
    (' ', 1.4, ""),
    ('0', 4.4, "~0,3.5 .4,6 2.2,7 4,6 4.4,3.5 4,1 2.2,0 .4,1 0,3.5"),
    ('1', 4.4, ".8,5.6 2.6,7 2.6,0"),
    ('2', 4.4, "~.1,5.3 .8,6.6 2.2,7 3.7,6.5 4.1,5.2 3.4,3.6 1.5,1.7 0,0|0,0 4.4,0"),
    ('3', 4.4, "~.3,6 1.2,6.8 2.3,7 3.7,6.5 4.1,5.3 3.5,4.1 1.8,3.7|~1.8,3.7 3.6,3.2 4.4,1.9 3.8,.5 2.2,0 .8,.2 0,1"),
    ('4', 4.6, "3.5,0 3.5,7 0,2.1 4.6,2.1"),
    ('5', 4.4, "4,7 .7,7 .4,3.8|~.4,3.8 2,4.4 3.7,3.9 4.4,2.3 3.7,.6 2.1,0 .8,.2 0,1"),
    ('6', 4.4, "~3.9,6.2 2.9,6.9 1.9,6.9 .6,5.6 0,3.2 .3,1 2.1,0 3.9,.6 4.4,2.1 3.8,3.7 2.2,4.2 .7,3.6 .1,2.4"),
    ('7', 4.4, "0,7 4.3,7 1.5,0"),
    ('8', 4.4, "~2.2,3.8 .7,4.4 .4,5.6 1.1,6.7 2.2,7 3.3,6.7 4,5.6 3.7,4.4 2.2,3.8|~2.2,3.8 .5,3.1 0,1.8 .7,.4 2.2,0 3.7,.4 4.4,1.8 3.9,3.1 2.2,3.8"),
    ('9', 4.4, "~.5,.8 1.5,.1 2.5,.1 3.8,1.4 4.4,3.8 4.1,6 2.3,7 .5,6.4 0,4.9 .6,3.3 2.2,2.8 3.7,3.4 4.3,4.6"),
    ('A', 4.8, "0,0 2.4,7 4.8,0|.8,2.4 4,2.4"),
    ('B', 4.4, "2.4,0 0,0 0,7 2.4,7|~2.4,7 3.8,6.5 4,5.3 3.6,4.2 2.3,3.8|0,3.8 2.3,3.8|~2.3,3.8 4,3.2 4.4,1.9 3.9,.5 2.4,0"),
    ('C', 4.6, "~4.6,5.6 3.8,6.6 2.5,7 .8,6.1 0,3.5 .8,.9 2.5,0 3.8,.4 4.6,1.4"),
    ('D', 4.8, "2,0 0,0 0,7 2,7|~2,7 4,6.1 4.8,3.5 4,.9 2,0"),
    ('E', 4.1, "4,7 0,7 0,0 4.1,0|0,3.7 3.5,3.7"),
    ('F', 3.9, "3.9,7 0,7 0,0|0,3.6 3.4,3.6"),
    ('G', 4.7, "~4.6,5.6 3.8,6.6 2.5,7 .8,6.1 0,3.5 .8,.9 2.5,0 3.8,.4 4.7,1.4|4.7,1.4 4.7,3.3 2.8,3.3"),
    ('H', 4.6, "0,0 0,7|4.6,0 4.6,7|0,3.7 4.6,3.7"),
    ('I', 0.2, ".1,0 .1,7"),
    ('J', 2.8, "2.8,7 2.8,1.8|~2.8,1.8 2.4,.4 1.3,0 .3,.5 0,1.6"),
    ('K', 4.5, "0,0 0,7|4.3,7 0,2.6|1.6,4.2 4.5,0"),
    ('L', 3.8, "0,7 0,0 3.8,0"),
    ('M', 5.6, "0,0 0,7 2.8,1.6 5.6,7 5.6,0"),
    ('N', 4.6, "0,0 0,7 4.6,0 4.6,7"),
    ('O', 5.2, "~0,3.5 .7,6 2.6,7 4.5,6 5.2,3.5 4.5,1 2.6,0 .7,1 0,3.5"),
    ('P', 4.4, "0,0 0,7 2.4,7|~2.4,7 4,6.4 4.4,5 4,3.7 2.4,3.1|2.4,3.1 0,3.1"),
    ('Q', 5.2, "~0,3.5 .7,6 2.6,7 4.5,6 5.2,3.5 4.5,1 2.6,0 .7,1 0,3.5|3.2,1.6 5.2,-.4"),
    ('R', 4.5, "0,0 0,7 2.4,7|~2.4,7 4,6.4 4.4,5 4,3.7 2.4,3.1|0,3.1 2.4,3.1 4.5,0"),
    ('S', 4.4, "~4.2,5.8 3.4,6.7 2.2,7 .7,6.5 .2,5.3 .9,4.1 2.3,3.6 3.9,2.9 4.4,1.8 3.8,.5 2.2,0 .8,.3 0,1.3"),
    ('T', 4.8, "0,7 4.8,7|2.4,7 2.4,0"),
    ('U', 4.6, "0,7 0,2.4|~0,2.4 .6,.7 2.3,0 4,.7 4.6,2.4|4.6,2.4 4.6,7"),
    ('V', 4.8, "0,7 2.4,0 4.8,7"),
    ('W', 6.6, "0,7 1.6,0 3.3,6.4 5,0 6.6,7"),
    ('X', 4.5, "0,0 4.5,7|0,7 4.5,0"),
    ('Y', 4.6, "0,7 2.3,3.4 4.6,7|2.3,3.4 2.3,0"),
    ('Z', 4.5, ".1,7 4.4,7 0,0 4.5,0"),
    ('a', 3.5, "~.3,4.2 1.2,4.9 2.2,5 3.2,4.5 3.5,3.4|3.5,3.4 3.5,0|~3.5,2.9 1.6,2.7 .3,2.2 0,1.2 .5,.3 1.5,0 2.8,.5 3.5,1.6"),
    ('b', 4.0, "0,7 0,0|~0,2.5 .5,4.3 2,5 3.5,4.2 4,2.5 3.5,.8 2,0 .5,.7 0,2.5"),
    ('c', 3.5, "~3.5,4 2.9,4.7 2,5 .6,4.2 0,2.5 .6,.8 2,0 2.9,.3 3.5,1"),
    ('d', 4.0, "4,7 4,0|~4,2.5 3.5,4.3 2,5 .5,4.2 0,2.5 .5,.8 2,0 3.5,.7 4,2.5"),
    ('e', 3.8, "0,2.7 3.8,2.7|~3.8,2.7 3.3,4.4 2,5 .6,4.3 0,2.5 .6,.7 2.1,0 3,.2 3.7,1"),
    ('f', 2.4, "~2.5,6.9 1.7,7 1.1,6.6 .9,5.6|.9,5.6 .9,0|0,4.8 2.3,4.8"),
    ('g', 4.0, "4,5 4,-.3|~4,-.3 3.5,-1.6 2,-2 .6,-1.5|~4,2.5 3.5,4.3 2,5 .5,4.2 0,2.5 .5,.8 2,0 3.5,.7 4,2.5"),
    ('h', 3.6, "0,7 0,0|~0,3.2 .7,4.6 2,5 3.2,4.5 3.6,3.2|3.6,3.2 3.6,0"),
    ('i', 0.2, ".1,5 .1,0|.1,6.8 .1,7"),
    ('j', 1.0, ".8,5 .8,-1|~.8,-1 .5,-1.8 -.3,-2|.8,6.8 .8,7"),
    ('k', 3.5, "0,7 0,0|3.3,5 0,1.7|1.3,3 3.5,0"),
    ('l', 0.2, ".1,7 .1,0"),
    ('m', 5.8, "0,5 0,0|~0,3.4 .6,4.7 1.7,5 2.6,4.5 2.9,3.3|2.9,3.3 2.9,0|~2.9,3.4 3.5,4.7 4.6,5 5.5,4.5 5.8,3.3|5.8,3.3 5.8,0"),
    ('n', 3.6, "0,5 0,0|~0,3.2 .7,4.6 2,5 3.2,4.5 3.6,3.2|3.6,3.2 3.6,0"),
    ('o', 4.0, "~0,2.5 .6,4.3 2,5 3.4,4.3 4,2.5 3.4,.7 2,0 .6,.7 0,2.5"),
    ('p', 4.0, "0,5 0,-2|~0,2.5 .5,4.3 2,5 3.5,4.2 4,2.5 3.5,.8 2,0 .5,.7 0,2.5"),
    ('q', 4.0, "4,5 4,-2|~4,2.5 3.5,4.3 2,5 .5,4.2 0,2.5 .5,.8 2,0 3.5,.7 4,2.5"),
    ('r', 2.2, "0,5 0,0|~0,3.2 .6,4.5 1.5,5 2.2,4.9"),
    ('s', 3.4, "~3.2,4.2 2.6,4.8 1.7,5 .5,4.6 .2,3.7 .8,2.9 1.8,2.6 3,2.1 3.4,1.3 2.9,.3 1.7,0 .6,.2 0,.9"),
    ('t', 2.4, ".9,6.5 .9,1.2|~.9,1.2 1.2,.2 2,0 2.5,.1|0,4.9 2.3,4.9"),
    ('u', 3.6, "0,5 0,1.8|~0,1.8 .4,.5 1.6,0 2.9,.4 3.6,1.8|3.6,5 3.6,0"),
    ('v', 3.8, "0,5 1.9,0 3.8,5"),
    ('w', 5.4, "0,5 1.3,0 2.7,4.6 4.1,0 5.4,5"),
    ('x', 3.5, "0,5 3.5,0|0,0 3.5,5"),
    ('y', 3.8, "0,5 1.9,.2|~3.8,5 1.7,-.7 .9,-1.7 0,-2"),
    ('z', 3.4, ".1,5 3.3,5 0,0 3.4,0"),
    ('.', 0.2, ".1,0 .1,.15"),
    (',', 0.6, ".4,.2 .1,-1.3"),
    (':', 0.2, ".1,.2 .1,.35|.1,4 .1,4.15"),
    (';', 0.6, ".4,.2 .1,-1.3|.4,4 .4,4.15"),
    ('-', 2.2, "0,2.7 2.2,2.7"),
    ('–', 3.4, "0,2.7 3.4,2.7"),
    ('+', 3.8, "0,3 3.8,3|1.9,1.1 1.9,4.9"),
    ('±', 3.8, "0,3.6 3.8,3.6|1.9,1.8 1.9,5.4|0,.4 3.8,.4"),
    ('=', 3.6, "0,3.8 3.6,3.8|0,2 3.6,2"),
    ('<', 3.4, "3.4,5 0,3 3.4,1"),
    ('>', 3.4, "0,5 3.4,3 0,1"),
    ('/', 2.8, "0,-.6 2.8,7.4"),
    ('(', 1.3, "~1.3,7.6 .3,5.4 0,3.1 .3,.8 1.3,-1.4"),
    (')', 1.3, "~0,7.6 1,5.4 1.3,3.1 1,.8 0,-1.4"),
    ('%', 6.2, "5,7 1.2,0|~0,5.4 .4,6.6 1.4,7 2.4,6.6 2.8,5.4 2.4,4.2 1.4,3.8 .4,4.2 0,5.4|~3.4,1.6 3.8,2.8 4.8,3.2 5.8,2.8 6.2,1.6 5.8,.4 4.8,0 3.8,.4 3.4,1.6"),
    ('&', 5.0, "5,0 .9,5|~.9,5 .8,6.2 1.9,7 3,6.3 2.7,5 1,3.6 0,1.9 .6,.5 2,0 3.8,.7 4.8,3.2"),
    ('\'', 0.2, ".1,7.2 .1,5.4"),
    ('’', 0.6, ".5,7.2 .1,5.4"),
    ('"', 1.6, ".1,7.2 .1,5.4|1.5,7.2 1.5,5.4"),
    ('…', 4.4, ".2,0 .2,.15|2.2,0 2.2,.15|4.2,0 4.2,.15"),
    ('#', 4.4, "1.2,0 2,7|2.8,0 3.6,7|.2,4.8 4.4,4.8|0,2.2 4.2,2.2"),
    ('_', 4.0, "0,-.8 4,-.8"),
    ('?', 3.4, "~0,5.6 .6,6.7 1.7,7 3,6.5 3.4,5.4 2.7,4.1 1.8,3.2 1.6,2.1|1.6,0 1.6,.15"),
    ('!', 0.2, ".1,7 .1,2|.1,0 .1,.15"),
    ('*', 3.0, "1.5,7 1.5,4|.2,6.3 2.8,4.7|2.8,6.3 .2,4.7"),
];

fn glyph(letter: char) -> &'static Glyph {
    GLYPHS.iter().find(|(own, ..)| *own == letter).unwrap_or(&UNKNOWN)
}

/// How far the pen moves on after a letter, as a share of the type size.
pub(super) fn advance(letter: char) -> f64 {
    (glyph(letter).1 + GAP) * CAPITAL_SHARE / CAPITAL
}

/// The strokes of a text whose line begins at `at`.
pub(super) fn strokes(text: &str, at: Point, size: f64) -> Vec<Vec<Point>> {
    let unit = size * CAPITAL_SHARE / CAPITAL;
    let mut strokes = Vec::new();
    let mut pen = at.x;
    for letter in text.chars() {
        for stroke in glyph(letter).2.split('|').filter(|stroke| !stroke.is_empty()) {
            let place = |point: Point| Point::new(pen + point.x * unit, at.y - point.y * unit);
            strokes.push(points(stroke).into_iter().map(place).collect());
        }
        pen += advance(letter) * size;
    }
    strokes
}

fn points(stroke: &str) -> Vec<Point> {
    match stroke.strip_prefix('~') {
        Some(places) => smooth(&corners(places)),
        None => corners(stroke),
    }
}

fn corners(places: &str) -> Vec<Point> {
    places.split(' ').filter_map(corner).collect()
}

fn corner(place: &str) -> Option<Point> {
    let (x, y) = place.split_once(',')?;
    Some(Point::new(x.parse().ok()?, y.parse().ok()?))
}

/// A curve through all places (Catmull and Rom, 1974); closed when the last one is the first.
fn smooth(places: &[Point]) -> Vec<Point> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Vec::new() };
    let closed = first == last && places.len() > 2;
    let before = if closed { places[places.len() - 2] } else { *first };
    let after = if closed { places[1] } else { *last };
    let all: Vec<Point> = std::iter::once(before).chain(places.iter().copied()).chain([after]).collect();
    let mut curve = vec![*first];
    for four in all.windows(4) {
        curve.extend((1..=PIECES).map(|piece| between(four, f64::from(piece) / f64::from(PIECES))));
    }
    curve
}

fn between(four: &[Point], share: f64) -> Point {
    let along = |one: f64, two: f64, three: f64, four: f64| {
        let (linear, square) = (three - one, 2.0 * one - 5.0 * two + 4.0 * three - four);
        let cube = 3.0 * (two - three) + four - one;
        0.5 * (2.0 * two + share * (linear + share * (square + share * cube)))
    };
    let (one, two, three, four) = (four[0], four[1], four[2], four[3]);
    Point::new(along(one.x, two.x, three.x, four.x), along(one.y, two.y, three.y, four.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_drawn_whole() {
        for (letter, width, drawn) in GLYPHS {
            let places = drawn.split(['|', ' ']).filter(|place| !place.is_empty()).count();
            let read: usize =
                drawn.split('|').map(|stroke| corners(stroke.trim_start_matches('~')).len()).sum();
            assert_eq!(read, places, "{letter} has a place that is no pair of numbers");
            let inside = |point: &Point| point.x >= -0.5 && point.x <= width + 0.5 && point.y.abs() < 8.0;
            assert!(drawn.split('|').flat_map(points).all(|point| inside(&point)), "{letter} leaves its box");
        }
    }

    #[test]
    fn letters_and_digits_are_all_here_and_once() {
        for letter in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
            assert_eq!(GLYPHS.iter().filter(|(own, ..)| *own == letter).count(), 1, "{letter}");
        }
        assert_eq!(glyph('漢').0, '\u{fffd}');
    }
}
