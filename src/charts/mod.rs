//! Pictures of a signal, for a mail and for a page: pure data in, SVG text or PNG bytes out.
//!
//! A picture is built once as a [`Scene`] of lines, marks and words; SVG and PNG are views of it.
//! Every mark differs by its form as well as its colour, and what a reader should see is also
//! said in the description.

mod axis;
mod funnel;
mod glyphs;
mod legend;
mod marker;
mod palette;
mod plot;
mod png;
mod scene;
mod svg;
mod words;
mod xmr;

pub use funnel::{FunnelPicture, draw_funnel};
pub use palette::Ink;
pub use plot::Size;
pub use png::{PngError, png};
pub use scene::Scene;
pub use svg::svg;
pub use xmr::{Agreed, Show, XmrPicture, draw_xmr};
