//! Every fact is documented, and the documentation is written from the code.
#![allow(clippy::unwrap_used)]

mod lab;

use std::collections::HashSet;
use std::path::Path;

use audio::synth::{Fault, song};
use lab::measure;

#[test]
fn docs_facts_md_is_up_to_date() {
    // Of the package's folder, where cargo runs tests.
    let path = Path::new("../../docs/facts.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, audio::page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == audio::page(),
        "docs/facts.md is stale: run UPDATE_DOCS=1 cargo test -p audio --test catalogue"
    );
}

#[test]
fn ids_of_the_catalogue_are_unique_and_say_where_they_come_from() {
    let mut seen = HashSet::new();
    for definition in audio::catalogue() {
        assert!(seen.insert(definition.id), "{} twice", definition.id);
        assert!(
            !definition.definition.is_empty()
                && !definition.source.is_empty()
                && !definition.label.is_empty()
        );
    }
}

#[test]
fn every_fact_of_a_report_is_in_the_catalogue() {
    let mut report = measure(&song(&[Fault::TooLoud, Fault::LowEnd, Fault::OutOfPhase]));
    let reference = report.clone();
    audio::compare(&mut report, &reference);
    for fact in &report.facts {
        let definition =
            audio::define(&fact.id).unwrap_or_else(|| panic!("{} is not defined", fact.id));
        assert_eq!(definition.unit, fact.unit);
        assert!(fact.value.is_some() || fact.reason.is_some(), "{fact:?}");
    }
    for difference in report.differences.iter().flatten() {
        assert!(audio::define(&difference.id).is_some(), "{}", difference.id);
    }
    for id in [
        "loudness.integrated",
        "spectrum.band.31.5",
        "section.12.spectrum.31.5",
        "stereo.width.low_mid",
    ] {
        assert!(audio::define(id).is_some(), "{id}");
    }
    assert!(
        audio::define("loudness.nonsense").is_none() && audio::define("spectrum.band.33").is_none()
    );
}
