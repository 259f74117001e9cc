//! `cargo xtask layers`: each crate depends only on crates above it, and each heavy library on one crate's walls.

use std::fmt;

use crate::edges::{Kind, Member, members};
use crate::project::{Problem, Project, say};

/// The crates from the ground up; keep `ARCHITECTURE.md` in step.
const ORDER: [&str; 16] = [
    "bravli-units",
    "bravli-rng",
    "bravli-facts",
    "bravli-import",
    "bravli-recipe",
    "bravli-morphology",
    "bravli-circuit",
    "bravli-sim",
    "bravli-analysis",
    "bravli-sonata",
    "bravli-library",
    "bravli-figures",
    "bravli-workbench",
    "bravli-mcp",
    "bravli-bench",
    "bravli",
];

/// Packages that stand outside the order: they may use any crate, and no crate may use them. `bravli-fuzz` stands outside
/// the workspace as well, so that only its users are seen here.
const OUTSIDE: [&str; 3] = ["bravli-tests", "bravli-fuzz", "xtask"];

/// Libraries with a wall around them, and who lives inside.
const WALLS: [(&str, &[&str]); 6] = [
    ("hdf5-metno", &["bravli-sonata"]),
    ("tantivy", &["bravli-library"]),
    ("biblatex", &["bravli-import"]),
    ("ureq", &["bravli-import"]),
    ("rmcp", &["bravli-mcp"]),
    ("tokio", &["bravli-mcp", "bravli"]),
];

/// One dependency, or one crate, that breaks the rule.
#[derive(Debug, PartialEq, Eq)]
enum Breach {
    /// `krate` uses `used`, which stands below it or beside it.
    Upwards { krate: String, used: String, kind: Kind },
    /// `krate` uses a package that stands outside the order.
    UsesOutside { krate: String, used: String, kind: Kind },
    /// `krate` uses a library that only `owners` may.
    Wall { krate: String, used: String, kind: Kind, owners: &'static [&'static str] },
    /// `krate` is in the workspace and not in the order.
    Unplaced { krate: String },
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Upwards { krate, used, kind } => write!(
                f,
                "{krate} → {used} ({kind}): {used} stands below {krate} in the order of crates\n    remedy: move what both \
                 need into a crate above {krate}, or hand it over as plain values"
            ),
            Breach::UsesOutside { krate, used, kind } => write!(
                f,
                "{krate} → {used} ({kind}): {used} stands outside the order and may use crates, not serve them\n    \
                 remedy: move what is needed into a crate above {krate}"
            ),
            Breach::Wall { krate, used, kind, owners } => write!(
                f,
                "{krate} → {used} ({kind}): only {} may know {used}\n    remedy: put the call in {} and use that",
                owners.join(" and "),
                owners[0]
            ),
            Breach::Unplaced { krate } => write!(
                f,
                "{krate} has no place in the order of crates\n    remedy: add it to ORDER in xtask/src/layers.rs and to \
                 ARCHITECTURE.md, below everything it uses"
            ),
        }
    }
}

/// Reads the workspace and fails, naming every offending edge, when a crate reaches past its place.
pub(crate) fn layers(project: &Project) -> Result<(), Problem> {
    let members = members(&project.metadata()?)?;
    let breaches = breaches(&members);
    if breaches.is_empty() {
        say(format!("layers: {} packages, every dependency points up", members.len()));
        return Ok(());
    }
    for breach in &breaches {
        say(format!("  {breach}"));
    }
    let plural = if breaches.len() == 1 { "" } else { "s" };
    Err(Problem::new(format!("{} broken layer rule{plural}, named above", breaches.len())))
}

/// Every breach in the workspace, in the order in which packages and dependencies are listed.
fn breaches(members: &[Member]) -> Vec<Breach> {
    let mut found = Vec::new();
    for member in members {
        let krate = || member.name.clone();
        let is_outside = OUTSIDE.contains(&member.name.as_str());
        let place = ORDER.iter().position(|name| *name == member.name);
        if place.is_none() && !is_outside {
            found.push(Breach::Unplaced { krate: krate() });
        }
        for edge in &member.edges {
            let (used, kind) = (edge.name.clone(), edge.kind);
            if let Some((_, owners)) = WALLS.iter().find(|(library, _)| *library == used) {
                // a test package may drive a server or read a file as a client would
                let is_allowed = owners.contains(&member.name.as_str()) || (is_outside && kind == Kind::Dev);
                if !is_allowed {
                    found.push(Breach::Wall { krate: krate(), used, kind, owners });
                }
                continue;
            }
            // dev-dependencies may point down: a crate's tests may use what is built on it
            let Some(place) = place.filter(|_| kind != Kind::Dev) else { continue };
            if OUTSIDE.contains(&used.as_str()) {
                found.push(Breach::UsesOutside { krate: krate(), used, kind });
            } else if ORDER[place..].contains(&used.as_str()) {
                found.push(Breach::Upwards { krate: krate(), used, kind });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(packages: Value) -> Vec<Breach> {
        breaches(&members(&json!({ "packages": packages })).unwrap())
    }

    fn package(name: &str, used: &str, kind: Value) -> Value {
        json!({ "name": name, "dependencies": [{ "name": used, "kind": kind, "rename": null }] })
    }

    #[test]
    fn a_dependency_on_a_row_above_is_fine() {
        assert_eq!(check(json!([package("bravli-sim", "bravli-circuit", Value::Null)])), []);
        assert_eq!(check(json!([package("bravli", "bravli-bench", Value::Null)])), []);
        assert_eq!(check(json!([package("bravli-units", "serde", Value::Null)])), []);
    }

    #[test]
    fn a_dependency_on_a_row_below_is_named_with_its_remedy() {
        let found = check(json!([package("bravli-rng", "bravli-sim", Value::Null)]));
        let expected = Breach::Upwards { krate: "bravli-rng".into(), used: "bravli-sim".into(), kind: Kind::Normal };
        assert_eq!(found, [expected]);
        let text = found[0].to_string();
        assert!(text.contains("bravli-rng → bravli-sim (normal)"), "{text}");
        assert!(text.contains("remedy:"), "{text}");
    }

    #[test]
    fn build_dependencies_count_and_dev_dependencies_do_not() {
        assert_eq!(check(json!([package("bravli-facts", "bravli-recipe", json!("build"))])).len(), 1);
        assert_eq!(check(json!([package("bravli-facts", "bravli-recipe", json!("dev"))])), []);
    }

    #[test]
    fn a_heavy_library_stays_behind_its_wall() {
        for (library, owners) in WALLS {
            assert_eq!(check(json!([package(owners[0], library, Value::Null)])), [], "{library}");
            let found = check(json!([package("bravli-workbench", library, Value::Null)]));
            assert!(matches!(found[..], [Breach::Wall { .. }]), "{library}: {found:?}");
        }
        assert_eq!(check(json!([package("bravli", "tokio", Value::Null)])), []);
        assert_eq!(check(json!([package("bravli", "rmcp", Value::Null)])).len(), 1);
        assert_eq!(check(json!([package("bravli-sim", "tokio", json!("dev"))])).len(), 1, "a wall holds in tests too");
    }

    #[test]
    fn the_test_package_may_drive_the_server_in_its_tests_only() {
        assert_eq!(check(json!([package("bravli-tests", "rmcp", json!("dev"))])), []);
        assert_eq!(check(json!([package("bravli-tests", "rmcp", Value::Null)])).len(), 1);
        assert_eq!(check(json!([package("bravli-tests", "bravli", Value::Null)])), []);
    }

    #[test]
    fn no_crate_leans_on_a_package_outside_the_order() {
        let found = check(json!([package("bravli-sim", "xtask", json!("build"))]));
        assert!(matches!(found[..], [Breach::UsesOutside { .. }]), "{found:?}");
    }

    #[test]
    fn a_new_crate_must_be_given_a_place() {
        let found = check(json!([package("bravli-new", "serde", Value::Null)]));
        assert_eq!(found, [Breach::Unplaced { krate: "bravli-new".into() }]);
    }
}
