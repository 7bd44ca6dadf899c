//! Rules and flags: what holds, what a flag does about it, and what neither may ever do.

mod cases;
mod life;
mod moves;
mod properties;
mod several;
mod wording;
mod world;
