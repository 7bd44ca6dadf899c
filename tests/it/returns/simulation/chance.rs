//! Samplers written by hand: exact where counts are small enough to afford it.

use fastrand::Rng;

/// Below this mean a count is drawn exactly, event by event.
const EXACT_MEAN_MAX: f64 = 300.0;

/// A normal number of mean 0 and spread 1 (Box and Muller).
pub fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

/// A factor of mean 1 and of `spread` on the logarithmic scale.
pub fn factor(rng: &mut Rng, spread: f64) -> f64 {
    (spread * normal(rng) - 0.5 * spread * spread).exp()
}

/// How many of `trials` happen, each with a chance of `share`: the waiting times between events are
/// added up; of hundreds, the normal curve is close enough.
pub fn binomial(rng: &mut Rng, trials: f64, share: f64) -> f64 {
    let (mean, share) = (trials * share, share.clamp(1e-9, 1.0 - 1e-9));
    if mean > EXACT_MEAN_MAX {
        let drawn = mean + (mean * (1.0 - share)).sqrt() * normal(rng);
        return drawn.round().clamp(0.0, trials);
    }
    let scale = (1.0 - share).ln();
    let (mut at, mut count) = (0.0, 0.0);
    loop {
        at += ((1.0 - rng.f64()).ln() / scale).ceil().max(1.0);
        if at > trials {
            return count;
        }
        count += 1.0;
    }
}

/// How many events come where `mean` are expected.
pub fn poisson(rng: &mut Rng, mean: f64) -> f64 {
    let (mut at, mut count) = (-(1.0 - rng.f64()).ln(), 0.0);
    while at < mean {
        at -= (1.0 - rng.f64()).ln();
        count += 1.0;
    }
    count
}
