//! The few functions of mathematics that the limits need.

/// Coefficients of Lanczos' approximation (g = 7, nine terms), as in Numerical Recipes, section
/// 6.1; good to about 15 digits.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// The most terms of a series or a fraction. They grow with the square root of the argument.
const TERMS_MAX: usize = 200_000;

/// The most halvings in the search for a quantile; a double has no more bits to find.
const HALVINGS_MAX: usize = 200;

/// The natural logarithm of the gamma function, for a positive argument.
pub(super) fn ln_gamma(at: f64) -> f64 {
    let base = at + 6.5;
    let sum = LANCZOS[0]
        + LANCZOS[1..].iter().zip(0_u8..).map(|(term, step)| term / (at + f64::from(step))).sum::<f64>();
    0.5 * std::f64::consts::TAU.ln() + (at - 0.5) * base.ln() - base + sum.ln()
}

/// The lower incomplete gamma function P(shape, at), from 0 to 1: the share of a gamma
/// distribution below `at`, and the chance of `shape` or more events where `at` are expected.
///
/// Numerical Recipes, section 6.2: the series below the mean, the continued fraction (Lentz)
/// above it.
pub(super) fn gamma_share(shape: f64, at: f64) -> f64 {
    if at <= 0.0 {
        return 0.0;
    }
    let front = (shape * at.ln() - at - ln_gamma(shape)).exp();
    if at < shape + 1.0 { front * series(shape, at) } else { 1.0 - front * fraction(shape, at) }
}

fn series(shape: f64, at: f64) -> f64 {
    let (mut term, mut sum, mut over) = (1.0 / shape, 1.0 / shape, shape);
    for _ in 0..TERMS_MAX {
        over += 1.0;
        term *= at / over;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

fn fraction(shape: f64, at: f64) -> f64 {
    let mut b = at + 1.0 - shape;
    let (mut c, mut d) = (1.0 / f64::MIN_POSITIVE, 1.0 / b);
    let (mut product, mut step) = (d, 0.0);
    for _ in 0..TERMS_MAX {
        step += 1.0;
        let a = -step * (step - shape);
        b += 2.0;
        d = 1.0 / off_nought(a * d + b);
        c = off_nought(b + a / c);
        product *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    product
}

fn off_nought(value: f64) -> f64 {
    if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value }
}

/// Where a share of a gamma distribution of scale one lies below; half of the chi-square quantile
/// with twice the degrees of freedom. Found by halving, which cannot go astray.
pub(super) fn gamma_quantile(shape: f64, share: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, shape + 1.0);
    while gamma_share(shape, high) < share && high < f64::MAX / 4.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..HALVINGS_MAX {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if gamma_share(shape, middle) < share { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The quantile of sorted values by linear interpolation between the two neighbours: type 7 of
/// Hyndman and Fan, The American Statistician 50 (1996). `None` without values.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list of at most some thousand values"
)]
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * share.clamp(0.0, 1.0);
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-11 * wanted.abs().max(1e-3), "{found} is not {wanted}");
    }

    #[test]
    fn gamma_of_whole_and_half_numbers_is_known() {
        near(ln_gamma(1.0), 0.0);
        near(ln_gamma(0.5), 0.5 * std::f64::consts::PI.ln());
        near(ln_gamma(11.0), 3_628_800_f64.ln());
        near(ln_gamma(171.0), 706.573_062_245_787_4);
    }

    #[test]
    fn the_share_of_an_exponential_is_known() {
        for at in [0.001, 0.5, 1.0, 3.0, 40.0] {
            near(gamma_share(1.0, at), 1.0 - (-at).exp());
        }
    }

    #[test]
    fn the_share_is_the_upper_tail_of_a_poisson() {
        let below: f64 =
            (0..12).map(|k| (f64::from(k) * 7.5_f64.ln() - 7.5 - ln_gamma(f64::from(k) + 1.0)).exp()).sum();
        near(gamma_share(12.0, 7.5), 1.0 - below);
    }

    #[test]
    fn chi_square_tables_are_met() {
        // Degrees of freedom, share, quantile: any printed table of the distribution.
        for (freedom, share, wanted) in [
            (1.0, 0.95, 3.841_458_820_694_124),
            (2.0, 0.975, 7.377_758_908_227_871),
            (10.0, 0.025, 3.246_972_780_236_841),
            (100.0, 0.975, 129.561_197_185_836_8),
        ] {
            near(2.0 * gamma_quantile(freedom / 2.0, share), wanted);
        }
    }

    #[test]
    fn a_quantile_undoes_a_share() {
        for shape in [0.3, 1.0, 12.5, 400.0, 9_000.0] {
            for share in [0.001, 0.025, 0.5, 0.999] {
                let found = gamma_share(shape, gamma_quantile(shape, share));
                assert!((found / share - 1.0).abs() < 1e-8, "{shape}: {found} is not {share}");
            }
        }
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.5), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.1), Some(1.4));
    }
}
