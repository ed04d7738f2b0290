//! Measures a file, perhaps against a reference, and says how long it took: what the performance budget
//! is checked with. `time_measure FILE [REFERENCE]`
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;
use std::time::Instant;

use audio::Source;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args().skip(1);
    let path = paths.next().ok_or("usage: time_measure FILE [REFERENCE]")?;
    let go = &mut |_| ControlFlow::Continue(());
    let start = Instant::now();
    let mut report = audio::measure(Source::open(&path)?, go)?;
    let took = start.elapsed().as_secs_f64();
    println!("{took:.3} s for {:.1} s of sound", report.file.duration_s);
    if let Some(path) = paths.next() {
        let reference = audio::measure(Source::open(&path)?, go)?;
        let start = Instant::now();
        audio::compare(&mut report, &reference);
        println!("{:.6} s to compare", start.elapsed().as_secs_f64());
    }
    for finding in &report.findings {
        let (severity, place) = (finding.severity, finding.start_s.zip(finding.end_s));
        println!("{severity:?} {} {place:?}: {}", finding.id, finding.advice);
    }
    Ok(())
}
