//! Any bytes are measured or refused; never a panic, never a loop without end, never more written than is
//! there.
#![no_main]

use std::ops::ControlFlow;

use audio::{Format, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = || Source::from_bytes("fuzz.wav", bytes.to_vec());
    let go = &mut |_| ControlFlow::Continue(());
    if let Ok(report) = audio::measure(source(), go) {
        assert!(report.file.frames > 0);
        let finite = |value: &audio::report::Value| value.number().is_none_or(f64::is_finite);
        assert!(report.facts.iter().filter_map(|fact| fact.value.as_ref()).all(finite));
    }
    if let Ok(file) = audio::count(source(), go) {
        let written = audio::render(source(), file.frames, &mut std::io::sink(), Format::Pcm16, go);
        assert!(written.is_ok());
    }
});
