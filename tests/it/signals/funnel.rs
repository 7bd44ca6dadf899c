//! The funnel against FunnelPlotR.
//!
//! What differs, and why:
//! - The reference leaves the widened limits of a ratio on the square-root scale and holds the
//!   ratio itself against them (`1 -+ z sqrt(s^2 + tau^2)`, not squared). Ours squares them, so
//!   the square root of ours is the reference's; by it unit b of `six_SR_CQC_trim05` is an outlier
//!   though its root, 1.157, lies below 1.160.
//!   An earlier version of the reference did square them.
//! - The plain limits of a proportion are approximate in the reference: the widened ones with a
//!   tau^2 of nought. Ours are Wilson's. By theirs P11 of `homecare23_PR_unadj` is an outlier.
//! - `ten_RC` is a ratio of two counts that are both left to chance; we have no such figure.
//! - `seven_SR_CQC` asks for widened limits and falls back, because tau^2 is nought. So do ours:
//!   widened by nought.
//! - A verdict's widened limits are never tighter than its plain ones; by theirs they may be.
//! - The reference widens limits for any number of units; ours only for 20 or more. The working
//!   functions are compared here for every case.

use carewarden::signals::Side;
use carewarden::signals::funnel::{
    Band, Control, Funnel, Kind, OverDispersion, Position, Unit, adjusted, plain,
};

use super::table::{self, Row, near, number};

/// The case of a figure that we do not have.
const NOT_OURS: &str = "ten_RC";

struct Case {
    row: Row,
    kind: Kind,
    rows: Vec<Row>,
    units: Vec<Unit>,
}

fn cases() -> Vec<Case> {
    let all = table::rows("funnel_FunnelPlotR_units.csv");
    let cases = table::rows("funnel_FunnelPlotR_cases.csv");
    assert_eq!(cases.len(), 10);
    cases.into_iter().filter(|row| row["case_id"] != NOT_OURS).map(|row| case(row, &all)).collect()
}

fn case(row: Row, all: &[Row]) -> Case {
    let kind = if row["data_type"] == "PR" { Kind::Proportion } else { Kind::Ratio };
    let rows: Vec<Row> = all.iter().filter(|unit| unit["case_id"] == row["case_id"]).cloned().collect();
    let units = rows
        .iter()
        .map(|unit| Unit::new(number(unit, "numerator"), number(unit, "denominator")).expect("a unit"))
        .collect();
    Case { row, kind, rows, units }
}

#[test]
fn z_phi_and_tau_are_the_references() {
    let mut seen = 0;
    for case in cases().iter().filter(|case| case.row["draw_adjusted_requested"] == "TRUE") {
        let (id, target) = (&case.row["case_id"], number(&case.row, "target"));
        let spread = OverDispersion::of(case.kind, target, &case.units, number(&case.row, "trim_by"));
        near(spread.phi, number(&case.row, "phi"), id);
        near(spread.tau2, number(&case.row, "tau2"), id);
        let funnel = Funnel::against(case.kind, target, &case.units).expect("a funnel");
        for (judged, row) in funnel.units.iter().zip(&case.rows) {
            near(judged.z, number(row, "z_unadjusted"), id);
            let drawn = judged.z.clamp(spread.z_lower, spread.z_upper);
            near(drawn, number(row, "z_winsorised"), id);
            seen += 1;
        }
    }
    assert_eq!(seen, 6 + 10 + 10 + 7 + 23 + 23);
}

fn same_band(found: Band, row: &Row, columns: [&str; 2], multiplier: f64) {
    near(found.lower * multiplier, number(row, columns[0]), columns[0]);
    near(found.upper * multiplier, number(row, columns[1]), columns[1]);
}

#[test]
fn plain_limits_are_the_references() {
    for case in cases() {
        let (target, multiplier) = (number(&case.row, "target"), number(&case.row, "multiplier"));
        for (unit, row) in case.units.iter().zip(&case.rows) {
            let band = |control| match case.kind {
                Kind::Proportion => adjusted(case.kind, target, unit.denominator(), 0.0, control),
                Kind::Ratio => plain(case.kind, target, unit.denominator(), control),
            };
            same_band(band(Control::P95), row, ["LCL95", "UCL95"], multiplier);
            same_band(band(Control::P998), row, ["LCL998", "UCL998"], multiplier);
        }
    }
}

/// Onto the scale on which the reference leaves the limits of a ratio.
fn as_reference(kind: Kind, band: Band) -> Band {
    match kind {
        Kind::Proportion => band,
        Kind::Ratio => Band { lower: band.lower.sqrt(), upper: band.upper.sqrt() },
    }
}

#[test]
fn widened_limits_are_the_references_on_its_scale() {
    for case in cases().iter().filter(|case| case.row["draw_adjusted_used"] == "TRUE") {
        let (target, multiplier) = (number(&case.row, "target"), number(&case.row, "multiplier"));
        let spread = OverDispersion::of(case.kind, target, &case.units, number(&case.row, "trim_by"));
        for (unit, row) in case.units.iter().zip(&case.rows) {
            let band = |control| {
                let band = adjusted(case.kind, target, unit.denominator(), spread.tau2, control);
                as_reference(case.kind, band)
            };
            same_band(band(Control::P95), row, ["OD_LCL95", "OD_UCL95"], multiplier);
            same_band(band(Control::P998), row, ["OD_LCL998", "OD_UCL998"], multiplier);
        }
    }
}

#[test]
fn wilsons_limits_are_where_the_target_is_z_errors_away() {
    for (target, size) in [(0.344, 82.0), (0.0067, 3_600.0), (0.5, 10.0)] {
        for control in [Control::P95, Control::P998] {
            let band = plain(Kind::Proportion, target, size, control);
            for limit in [band.lower, band.upper] {
                let error = (limit * (1.0 - limit) / size).sqrt();
                near((limit - target).abs() / error, control.z(), "errors away");
            }
        }
    }
}

/// Units on which ours and the reference part, for the reasons above.
const PARTED: [(&str, &str); 1] = [("homecare23_PR_unadj", "P11")];

fn is_outlier(position: Position, limit: f64) -> bool {
    match position {
        Position::Inside => false,
        Position::Beyond95(_) => limit < 96.0,
        Position::Beyond998(_) => true,
    }
}

#[test]
fn the_same_units_are_outliers() {
    let mut seen = 0;
    for case in cases() {
        let funnel = Funnel::against(case.kind, number(&case.row, "target"), &case.units).expect("a funnel");
        let wants_adjusted = case.row["draw_adjusted_used"] == "TRUE";
        for (judged, row) in funnel.units.iter().zip(&case.rows) {
            let verdict = if wants_adjusted { judged.adjusted } else { Some(judged.plain) };
            let Some(verdict) = verdict else { continue };
            let found = is_outlier(verdict.position, number(&case.row, "limit"));
            let name = (case.row["case_id"].as_str(), row["group"].as_str());
            assert_eq!(found == (row["outlier"] == "1"), !PARTED.contains(&name), "{name:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 6 + 10 + 7 + 23 * 3);
}

#[test]
fn few_units_are_not_adjusted_and_many_show_both() {
    let all = cases();
    let found = |id: &str| {
        let case = all.iter().find(|case| case.row["case_id"] == id).expect("a case");
        Funnel::pooled(case.kind, &case.units).expect("a funnel")
    };
    let ten = found("ten_PR");
    assert!(ten.units.iter().all(|unit| unit.adjusted.is_none()));
    near(ten.target, 0.344_213_649_851_632, "the pooled proportion");
    let many = found("homecare23_PR");
    let worst = many.units.iter().max_by(|one, other| one.z.total_cmp(&other.z)).expect("a unit");
    assert_eq!(worst.plain.position, Position::Beyond998(Side::Above));
    assert_ne!(worst.adjusted.map(|verdict| verdict.position), Some(worst.plain.position), "it hides him");
}

#[test]
fn limits_stay_where_a_proportion_or_ratio_can_be() {
    for target in [0.0, 0.001, 0.5, 0.999, 1.0] {
        for size in [0.5, 1.0, 10.0, 1e6] {
            for kind in [Kind::Proportion, Kind::Ratio] {
                let wide = adjusted(kind, target, size, 5.0, Control::P998);
                for band in [plain(kind, target, size, Control::P998), wide] {
                    assert!(
                        0.0 <= band.lower && band.lower <= band.upper,
                        "{kind:?} {target} {size}: {band:?}"
                    );
                    assert!(kind == Kind::Ratio || band.upper <= 1.0, "{kind:?} {target} {size}: {band:?}");
                }
            }
        }
    }
}

#[test]
fn units_without_a_base_are_none() {
    for (numerator, denominator) in [(1.0, 0.0), (-1.0, 5.0), (f64::NAN, 5.0), (1.0, f64::INFINITY)] {
        assert_eq!(Unit::new(numerator, denominator), None, "{numerator} / {denominator}");
    }
    let over = Unit::new(6.0, 5.0).expect("a rate may be over one");
    assert!(Funnel::pooled(Kind::Proportion, &[over]).is_err(), "a part is not over its whole");
    assert!(Funnel::pooled(Kind::Ratio, &[]).is_err());
}
