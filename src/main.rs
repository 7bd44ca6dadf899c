//! The program: parses, starts logging, maps a result to an exit code. It decides nothing.

fn main() {}
