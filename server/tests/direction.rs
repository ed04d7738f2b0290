//! Who may depend on whom, as ARCHITECTURE.md draws it.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::PathBuf, process::Command};

/// Every crate of the tree with the crates of the tree that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("contract", &[]),
    ("audio", &["contract"]),
    ("store", &["contract"]),
    ("import", &["contract"]),
    ("studio", &["audio", "contract", "import", "store"]),
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

/// Anybody may write what a proxy would: there is one place that knows whom to believe.
#[test]
fn what_proxies_say_is_read_in_one_place() {
    let mut folders = vec!["src".into(), "../app/src".into()];
    let mut readers = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir::<PathBuf>(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
            let names = ["\"forwarded\"", "\"x-forwarded-", "\"x-real-ip\""];
            if names.iter().any(|name| text.contains(name)) {
                readers.push(path);
            }
        }
    }
    assert_eq!(readers, [PathBuf::from("src/http/proxies.rs")]);
}
