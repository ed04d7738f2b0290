//! Who may depend on whom, as ARCHITECTURE.md draws it.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, process::Command};

/// Every crate of the tree with the crates of the tree that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("contract", &[]),
    ("audio", &["contract"]),
    ("store", &["contract"]),
    ("studio", &["audio", "contract", "store"]),
    ("adapters", &["contract", "studio"]),
    ("app", &["contract", "studio"]),
    ("frontend", &["app"]),
    (
        "soundstage",
        &["adapters", "app", "audio", "contract", "store", "studio"],
    ),
    ("fakes", &["audio"]),
];

#[test]
fn nothing_points_the_other_way() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(
        packages.len(),
        allowed.len(),
        "a new crate needs its place in ARCHITECTURE.md and here"
    );
    for package in packages {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            // Tests may use fakes, and other crates' test signals.
            if dependency["kind"].is_string() || dependency["path"].is_null() {
                continue;
            }
            let other = dependency["name"].as_str().unwrap();
            assert!(
                allowed[name].contains(&other),
                "{name} must not depend on {other}"
            );
        }
    }
}
