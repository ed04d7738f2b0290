//! Whatever it is asked, it cites nothing and claims no figure that was not measured.

use std::sync::Arc;

use studio::chat::writer;

use super::{clean, compose, faulty, prompt};

#[test]
fn every_citation_resolves_and_every_figure_was_measured() {
    let questions = [
        "",
        "low end?",
        "is it loud enough?",
        "stereo",
        "tempo and key?",
        "write lyrics",
        "how does it compare to the reference",
        "vocals too quiet",
        "mono?",
    ];
    for report in [clean(), faulty()] {
        for question in questions {
            for turns in [vec![question], vec!["first", question]] {
                let text = compose(&prompt(Some(report.clone()), &turns));
                for html in writer::render_whole(&text, Some(Arc::new(report.clone()))) {
                    assert!(!html.contains("not-measured"), "{question}: {html}");
                }
            }
        }
    }
}
