//! The pictures of a signal, as text and as an image.

use carewarden::charts::{
    Agreed, FunnelPicture, Scene, Show, Size, XmrPicture, draw_funnel, draw_xmr, png, svg,
};
use carewarden::signals::Better;
use carewarden::signals::funnel::{Funnel, Kind, Unit};
use carewarden::signals::xmr::{Baseline, Chart, Rules};
use proptest::collection::vec;
use proptest::prelude::*;

const LATE: [f64; 16] = [8.1, 9.0, 7.4, 8.8, 9.6, 8.2, 7.9, 9.1, 8.5, 10.2, 8.4, 7.7, 9.3, 8.8, 9.9, 16.9];

fn periods(count: usize) -> Vec<String> {
    (1..=count).map(|month| format!("month {month}")).collect()
}

fn series(values: &[f64], title: &str, size: Size) -> Scene {
    shown(values, title, size, Agreed::Target(10.0), Show::Limits)
}

fn shown(values: &[f64], title: &str, size: Size, agreed: Agreed, show: Show) -> Scene {
    let chart = Chart::of(values, Rules::default(), Baseline::All, &[]).expect("a chart");
    let picture = XmrPicture {
        title,
        unit: "% of visits over 30 minutes late",
        periods: &periods(values.len()),
        chart: &chart,
        better: Better::Lower,
        agreed: Some(agreed),
        show,
    };
    draw_xmr(&picture, size)
}

fn funnel(pairs: &[(f64, f64)], size: Size) -> Scene {
    named_funnel(pairs, size, "Bramble Home Care")
}

fn named_funnel(pairs: &[(f64, f64)], size: Size, name: &str) -> Scene {
    let units: Vec<Unit> =
        pairs.iter().map(|(part, whole)| Unit::new(*part, *whole).expect("a unit")).collect();
    let funnel = Funnel::pooled(Kind::Proportion, &units).expect("a funnel");
    let picture = FunnelPicture {
        title: "Missed visits",
        unit: "% of planned visits",
        units: "providers",
        base: "visits",
        funnel: &funnel,
        better: Better::Lower,
        picked: Some((0, name)),
    };
    draw_funnel(&picture, size)
}

fn providers() -> Vec<(f64, f64)> {
    let usual = (1..24).map(|place| (f64::from(4 * place), f64::from(400 * place)));
    std::iter::once((60.0, 1_500.0)).chain(usual).collect()
}

#[test]
fn a_series_is_drawn_as_it_was_meant() {
    insta::assert_snapshot!("series", svg(&series(&LATE, "Late visits", Size::Wide)));
    insta::assert_snapshot!("series_narrow", svg(&series(&LATE, "Late visits", Size::Narrow)));
}

#[test]
fn a_funnel_is_drawn_as_it_was_meant() {
    insta::assert_snapshot!("funnel", svg(&funnel(&providers(), Size::Wide)));
}

#[test]
fn what_is_to_be_seen_is_said() {
    let words = [series(&LATE, "Late visits", Size::Wide), funnel(&providers(), Size::Wide)];
    insta::assert_snapshot!(words.iter().map(Scene::description).collect::<Vec<_>>().join("\n"));
}

#[test]
fn few_points_have_no_limits_and_no_signals() {
    let scene = shown(&LATE[11..], "Late visits", Size::Wide, Agreed::Red(15.0), Show::Points);
    let drawn = svg(&scene);
    assert!(drawn.contains(">red 15<") && !drawn.contains(">mean ") && !drawn.contains("signal"), "{drawn}");
    let said = "5 values from month 1 to month 5. Red begins at 15. The newest value is 16.9.";
    assert!(scene.description().ends_with(said), "{}", scene.description());
}

#[test]
fn a_long_name_stays_beside_its_mark() {
    let name = "A Domiciliary Care Company With a Very Long Name Indeed Limited";
    for place in [0.1, 0.5, 0.9] {
        let mut pairs = providers();
        pairs[0] = (300.0 * place, 9_200.0 * place);
        let drawn = svg(&named_funnel(&pairs, Size::Wide, name));
        let words = drawn
            .lines()
            .find(|line| line.starts_with("<text") && line.contains("A Domici"))
            .expect("the name");
        assert!(words.contains('…') && !words.contains("x=\"-"), "{words}");
    }
}

#[test]
fn a_mark_differs_by_its_form_too() {
    let ordinary = svg(&series(&LATE[..15], "Late visits", Size::Wide));
    let marked = svg(&series(&LATE, "Late visits", Size::Wide));
    assert!(!ordinary.contains("<polygon") && !ordinary.contains("signal: worse"));
    assert!(marked.contains("<polygon") && marked.contains("signal: worse"));
}

#[test]
fn an_image_is_a_png_of_twice_the_size_and_always_the_same() {
    let scene = series(&LATE, "Late visits", Size::Narrow);
    let image = png(&scene).expect("an image");
    assert_eq!(&image[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(image[16..20], 640_u32.to_be_bytes());
    assert!(image.len() < 100_000, "{} bytes are too many for a mail", image.len());
    assert_eq!(image, png(&scene).expect("an image"));
}

#[test]
fn a_name_cannot_break_out_of_the_text() {
    let drawn = svg(&series(&LATE, "</title><script>alert(\"x\")</script>\u{0}&", Size::Wide));
    assert!(!drawn.contains("<script>") && !drawn.contains('\u{0}'));
    assert!(drawn.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;\u{fffd}&amp;"));
}

#[test]
fn a_limit_below_nought_is_not_drawn_where_no_value_can_be() {
    let drawn = svg(&series(&[0.0, 4.0, 0.0, 5.0, 1.0, 3.0], "Complaints", Size::Wide));
    assert!(drawn.contains(">upper ") && !drawn.contains(">lower "), "{drawn}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn every_series_has_a_picture(values in vec(prop_oneof![-1e15..1e15_f64, 0.0..100.0_f64], 1..80)) {
        for size in [Size::Wide, Size::Narrow] {
            let drawn = svg(&series(&values, "A name — with “marks” that no pen knows", size));
            prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
        prop_assert!(png(&series(&values, "A name", Size::Narrow)).is_ok());
    }

    #[test]
    fn every_funnel_has_a_picture(pairs in vec((0_u16..500, 1_u16..500), 1..50)) {
        let pairs: Vec<(f64, f64)> = pairs
            .into_iter()
            .map(|(part, rest)| (f64::from(part), f64::from(part) + f64::from(rest)))
            .collect();
        let drawn = svg(&funnel(&pairs, Size::Narrow));
        prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
    }
}
