//! Killed anywhere: at each failpoint each time it is reached, and at moments drawn by lot.

use std::thread;
use std::time::Duration;

use carewarden::failpoint;

use super::harness::{Register, Story, World};

/// A run reaches no failpoint more often than this.
const REACHED_MAX: usize = 100;

const FIRST: &[&str] = &["run", "--as-of", "2025-04-01T05:00:00Z"];
const AFTER_FIRST: &[&str] = &["run", "--as-of", "2025-04-01T05:01:00Z"];
const CHANGED: &[&str] = &["run", "--as-of", "2025-04-02T05:00:00Z"];
const AFTER_CHANGED: &[&str] = &["run", "--as-of", "2025-04-02T05:01:00Z"];

/// A run that is to be killed, with the world before it and the one after it as it should be.
struct Scene {
    register: Register,
    before: Option<World>,
    run: &'static [&'static str],
    next: &'static [&'static str],
    twin: Story,
    /// Requests and lines of dialogue in the undisturbed run.
    steps: usize,
}

impl Scene {
    fn first_run() -> Self {
        Self::set(Register::day_one(), None, FIRST, AFTER_FIRST)
    }

    fn run_with_changes() -> Self {
        let register = Register::day_one();
        let before = World::new(&register);
        before.run(FIRST).fine();
        register.overnight();
        Self::set(register, Some(before), CHANGED, AFTER_CHANGED)
    }

    fn set(
        register: Register,
        before: Option<World>,
        run: &'static [&'static str],
        next: &'static [&'static str],
    ) -> Self {
        let world = begin(before.as_ref(), &register);
        let asked = register.front.asked().len();
        world.run(run).fine();
        let steps = register.front.asked().len() - asked + world.smtp.dialogue().len();
        world.run(next).fine();
        let twin = world.story();
        assert!(
            twin.mails.len() >= 2 && twin.mails.iter().all(|mail| mail.ends_with("accepted")),
            "{twin:#?}"
        );
        Self { register, before, run, next, twin, steps }
    }

    fn begin(&self) -> World {
        begin(self.before.as_ref(), &self.register)
    }

    /// After the kill: the file is whole, and the next plain run brings what the twin has.
    #[track_caller]
    fn recover(&self, world: &World, case: &str) -> usize {
        let unfinished = if world.database().exists() {
            world.assert_sound();
            world.count("SELECT count(*) FROM runs WHERE seq NOT IN (SELECT run FROM run_ends)")
        } else {
            0
        };
        world.run(self.next).fine();
        world.assert_sound();
        world.story().assert_is(&self.twin, case);
        assert_eq!(world.count("SELECT count(*) FROM audit_runs WHERE outcome = 'running'"), 0, "{case}");
        let interrupted = world.count("SELECT count(*) FROM audit_runs WHERE outcome = 'interrupted'");
        assert_eq!(interrupted, unfinished, "{case}");
        world.repeats()
    }

    /// Kills at a failpoint the first, second, … time it is reached; returns how often it is, and
    /// how many mails came twice.
    fn kill_at(&self, name: &str) -> (usize, usize) {
        let mut repeats = 0;
        for time in 1..=REACHED_MAX {
            let world = self.begin();
            let case = format!("{name}:{time}");
            let ran = world.run_to(&case, self.run);
            if ran.code.is_some() {
                ran.fine();
                return (time - 1, repeats);
            }
            let repeated = self.recover(&world, &case);
            assert!(repeated <= 1, "{case}: {repeated} mails came twice");
            repeats += repeated;
        }
        panic!("{name} is reached more than {REACHED_MAX} times");
    }

    fn kill_at_random(&self, rounds: u64) {
        let mut killed = 0;
        for round in 0..rounds {
            let world = self.begin();
            let step = fastrand::Rng::with_seed(round).usize(1..=self.steps);
            let asked = self.register.front.asked().len();
            let mut child = world.start(self.run);
            while child.try_wait().expect("it is ours").is_none() {
                if self.register.front.asked().len() - asked + world.smtp.dialogue().len() >= step {
                    child.kill().expect("it is ours");
                    killed += usize::from(!child.wait().expect("it is ours").success());
                    break;
                }
                thread::sleep(Duration::from_millis(1));
            }
            let repeated = self.recover(&world, &format!("round {round}, step {step}"));
            assert!(repeated <= 1, "round {round}: {repeated} mails came twice");
        }
        assert!(killed > 0, "every run ended before it could be killed");
    }
}

fn begin(before: Option<&World>, register: &Register) -> World {
    before.map_or_else(|| World::new(register), |before| before.again(register))
}

/// Failpoint, times reached in a first run and in a run with changes.
fn killed(name: &str) {
    assert!(failpoint::NAMES.contains(&name));
    for scene in [Scene::first_run(), Scene::run_with_changes()] {
        let (reached, repeats) = scene.kill_at(name);
        assert!(reached > 0, "{name} is never reached");
        let per_mail = matches!(name, "after-data" | "after-250-before-mark" | "after-mark");
        if per_mail {
            let new =
                scene.twin.mails.len() - scene.before.as_ref().map_or(0, |before| before.story().mails.len());
            assert_eq!(reached, new, "{name} is reached once a mail");
        }
        let repeats_expected = if name == "after-250-before-mark" { reached } else { 0 };
        // A kill before the mark is written (mid-transaction) repeats a mail too.
        assert!(repeats == repeats_expected || name == "mid-transaction", "{name}: {repeats} repeats");
    }
}

#[test]
fn after_fetch() {
    killed("after-fetch");
}

#[test]
fn mid_transaction_in_a_first_run() {
    let (reached, _) = Scene::first_run().kill_at("mid-transaction");
    assert!(reached >= 6, "only {reached} transactions");
}

#[test]
fn mid_transaction_in_a_run_with_changes() {
    let (reached, _) = Scene::run_with_changes().kill_at("mid-transaction");
    assert!(reached >= 6, "only {reached} transactions");
}

#[test]
fn after_commit() {
    killed("after-commit");
}

#[test]
fn before_connect() {
    killed("before-connect");
}

#[test]
fn after_data() {
    killed("after-data");
}

#[test]
fn after_250_before_mark() {
    killed("after-250-before-mark");
}

#[test]
fn after_mark() {
    killed("after-mark");
}

/// The file is read again, and adds nothing.
#[test]
fn before_put_away() {
    let world = World::new(&Register::day_one());
    crate::store::returns_come(&world);
    let (inbox, taken) = (world.dir.path().join("in/february.csv"), world.dir.path().join("in/taken"));
    world.run_to("before-put-away", FIRST);
    assert!(inbox.exists() && !taken.exists());
    assert_eq!(world.ask("SELECT provider_id, version FROM audit_returns"), ["1-99999999801 | 1"]);
    world.run(AFTER_FIRST);
    assert!(!inbox.exists() && taken.exists());
    assert_eq!(world.ask("SELECT provider_id, version FROM audit_returns"), ["1-99999999801 | 1"]);
    world.assert_sound();
}

#[test]
fn every_failpoint_has_its_test() {
    let tested = [
        "after-fetch",
        "mid-transaction",
        "before-put-away",
        "after-commit",
        "before-connect",
        "after-data",
        "after-250-before-mark",
        "after-mark",
    ];
    assert_eq!(failpoint::NAMES, tested);
}

#[test]
fn at_a_random_moment_of_a_first_run() {
    Scene::first_run().kill_at_random(10);
}

#[test]
fn at_a_random_moment_of_a_run_with_changes() {
    Scene::run_with_changes().kill_at_random(10);
}

/// As soon as each of the files appears that a first run makes.
#[test]
fn while_the_database_is_made() {
    let scene = Scene::first_run();
    for file in ["carewarden.db.lock", "carewarden.db.new", "carewarden.db.new-journal", "carewarden.db"] {
        let world = scene.begin();
        let path = world.database().with_file_name(file);
        let mut child = world.start(scene.run);
        while child.try_wait().expect("it is ours").is_none() && !path.exists() {
            thread::yield_now();
        }
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        scene.recover(&world, file);
    }
}

/// A dead letter whose refusal is written down, and then the process is killed before anybody has
/// been told of it, is told of by the next run.
#[test]
fn between_a_refusal_and_the_word_about_it() {
    use crate::world::smtp::{Act, Verb};
    let register = Register::day_one();
    let ready = World::new(&register);
    ready.run(&["run", "collect", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    ready.run(&["run", "assess", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    let mut killed_after_refusal = 0;
    for time in 1..=REACHED_MAX {
        let world = ready.again(&register);
        let to = "contract-officer@oldham.example.gov.uk";
        world.smtp.fault(Verb::Rcpt, Some(to), Act::Reply("550 5.1.1 unknown"), usize::MAX);
        let ran = world.run_to(&format!("mid-transaction:{time}"), &["run", "deliver"]);
        if ran.code.is_some() {
            ran.failed();
            break;
        }
        let refused =
            world.count("SELECT count(*) FROM deliveries WHERE state = 'refused' AND step IS NOT NULL");
        killed_after_refusal += refused;
        world.run(&["run", "deliver"]);
        world.run(&["run", "deliver"]).fine();
        let told = world.ask("SELECT recipient, kind FROM outbox WHERE kind = 'delivery'");
        assert_eq!(told, ["operator | delivery"], "mid-transaction:{time}");
        world.repeats();
    }
    assert!(killed_after_refusal >= 2, "it was never killed after the refusal");
}
