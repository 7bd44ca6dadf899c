//! Words in a picture: how wide they are, and how they are cut to fit.

use super::glyphs::advance;

/// About how wide a text is at a type size, in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// The text, cut with an ellipsis so that it is no wider than `room`.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for letter in text.chars() {
        cut.push(letter);
        if width(&cut, size) + width("…", size) > room {
            cut.pop();
            break;
        }
    }
    format!("{}…", cut.trim_end())
}

/// Moves places down a line apart where they stand closer than `least`, in their order, and keeps
/// all of them between `top` and `bottom`.
pub(super) fn apart(places: &mut [f64], least: f64, top: f64, bottom: f64) {
    let mut below = top;
    for place in places.iter_mut() {
        *place = place.max(below);
        below = *place + least;
    }
    let mut above = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(above);
        above = *place - least;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_to_its_room() {
        assert_eq!(fitted("Late visits", 16.0, 500.0), "Late visits");
        let cut = fitted("Late visits of a provider with a very long name", 16.0, 150.0);
        assert!(cut.ends_with('…') && width(&cut, 16.0) <= 150.0, "{cut}");
    }

    #[test]
    fn words_stand_apart() {
        let mut places = [10.0, 12.0, 13.0, 90.0];
        apart(&mut places, 10.0, 0.0, 95.0);
        assert_eq!(places, [10.0, 20.0, 30.0, 90.0]);
        let mut low = [90.0, 92.0, 94.0];
        apart(&mut low, 10.0, 0.0, 95.0);
        assert_eq!(low, [75.0, 85.0, 95.0]);
    }
}
