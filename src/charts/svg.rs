//! A picture as SVG text.

use std::fmt::Write as _;

use super::palette::Ink;
use super::scene::{Anchor, Body, Dash, Form, Point, Scene, Shape, corners};

/// Fonts that are everywhere, the first that is there.
const FONTS: &str = "Arial, Helvetica, 'Liberation Sans', sans-serif";

/// The picture as one SVG element, which scales to the width it is given.
#[must_use]
pub fn svg(scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" style=\"max-width:100%;height:auto\" font-family=\"{FONTS}\">\n"
    );
    out += &format!("<title>{}</title>\n", escaped(&scene.title));
    out += &format!("<desc>{}</desc>\n", escaped(&scene.description));
    out += &format!("<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n", Ink::Ground.hex());
    for shape in &scene.shapes {
        out += &element(shape);
    }
    out + "</svg>\n"
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Line { points, ink, dash, width } => line(points, *ink, *dash, *width),
        Shape::Mark { at, form, body, ink, radius } => mark(*at, *form, *body, *ink, *radius),
        Shape::Words { at, text, anchor, size, ink } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>\n",
                at.x,
                at.y,
                ink.hex(),
                escaped(text)
            )
        }
    }
}

fn places(points: &[Point]) -> String {
    points.iter().fold(String::new(), |mut text, point| {
        let gap = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{gap}{:.1},{:.1}", point.x, point.y);
        text
    })
}

fn line(points: &[Point], ink: Ink, dash: Dash, width: f64) -> String {
    let lengths: Vec<String> = dash.lengths().iter().map(f32::to_string).collect();
    let dashes = if lengths.is_empty() {
        String::new()
    } else {
        format!(" stroke-dasharray=\"{}\"", lengths.join(" "))
    };
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{dashes}/>\n",
        places(points),
        ink.hex()
    )
}

fn mark(at: Point, form: Form, body: Body, ink: Ink, radius: f64) -> String {
    let paint = match body {
        Body::Filled => format!("fill=\"{}\" stroke=\"{}\"", ink.hex(), Ink::Ground.hex()),
        Body::Hollow => format!("fill=\"none\" stroke=\"{}\" stroke-width=\"2\"", ink.hex()),
    };
    match form {
        Form::Circle => {
            format!("<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" {paint}/>\n", at.x, at.y)
        }
        _ => format!("<polygon points=\"{}\" {paint}/>\n", places(&corners(form, at, radius))),
    }
}

/// Text that cannot end its element, without letters that XML does not have.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            _ if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
        out
    })
}
