//! The one pass: every meter hears every step, then what they know becomes a report.

use std::ops::ControlFlow;

use contract::report::{Curves, REPORT_VERSION, Report};

use crate::curves::CurveMeter;
use crate::decode::{Decoder, Layout};
use crate::facts::{self, Facts};
use crate::findings;
use crate::meter::level::LevelMeter;
use crate::meter::loudness::LoudnessMeter;
use crate::meter::onset::OnsetMeter;
use crate::meter::spectrum::SpectrumMeter;
use crate::meter::stereo::{Cross, cross};
use crate::meter::true_peak::TruePeakMeter;
use crate::music::{sections, stretches, tempo};
use crate::series::Series;
use crate::slice::{MOST_SLICES, STEPS, Slice};
use crate::step::{Step, Steps, frames_per_step};
use crate::{Error, Progress, Source, Stage};

/// Two seconds of sound between two words on how far it has come.
const STEPS_BETWEEN_WORDS: u64 = 20;

/// Measures a file: one pass over its sound, in memory that does not grow with its length.
///
/// `progress` hears how far it has come, and may stop it by returning [`ControlFlow::Break`]; the result
/// then is [`Error::Cancelled`].
pub fn measure(
    source: Source,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Report, Error> {
    let mut say = |done: f64, stage: Stage| match progress(Progress { done, stage }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    };
    say(0.0, Stage::Opening)?;
    let mut decoder = Decoder::open(source)?;
    let promised = decoder.promised().filter(|frames| *frames > 0);
    let mut meters = Meters::new(decoder.rate(), &decoder.layout);
    let mut steps = Steps::new(decoder.rate(), decoder.channels());
    while let Some(step) = steps.next(&mut decoder)? {
        if step.index.is_multiple_of(STEPS_BETWEEN_WORDS) {
            let done = promised.map_or(0.5, |frames| step.at as f64 / frames as f64);
            say(done.clamp(0.0, 1.0) * LISTENING, Stage::Listening)?;
        }
        meters.take(&step);
    }
    say(LISTENING, Stage::Structure)?;
    let (file, depth) = decoder.finish()?;
    let mut report = Report {
        version: REPORT_VERSION,
        file,
        facts: Vec::new(),
        findings: Vec::new(),
        sections: Vec::new(),
        curves: Curves::default(),
        reference: None,
        differences: None,
    };
    meters.fill(&mut report, depth);
    say(0.99, Stage::Findings)?;
    report.findings = findings::derive(&report);
    say(1.0, Stage::Findings)?;
    Ok(report)
}

/// The part of the time that hearing takes.
const LISTENING: f64 = 0.97;

struct Meters {
    rate: u32,
    channels: usize,
    loudness: LoudnessMeter,
    level: LevelMeter,
    true_peak: TruePeakMeter,
    curves: CurveMeter,
    spectrum: SpectrumMeter,
    onset: OnsetMeter,
    slices: Series<Slice>,
    fold: Fold,
}

impl Meters {
    fn new(rate: u32, layout: &Layout) -> Self {
        let channels = layout.weights.len();
        Self {
            rate,
            channels,
            loudness: LoudnessMeter::new(rate, layout),
            level: LevelMeter::new(rate, channels),
            true_peak: TruePeakMeter::new(rate, channels),
            curves: CurveMeter::new(),
            spectrum: SpectrumMeter::new(rate, channels > 1),
            onset: OnsetMeter::new(rate),
            slices: Series::with_span(MOST_SLICES, STEPS),
            fold: Fold {
                gains: layout.fold.clone(),
                planes: [Vec::new(), Vec::new()],
            },
        }
    }

    fn take(&mut self, step: &Step<'_>) {
        let loudness = self.loudness.take(step);
        let level = self.level.take(step);
        let true_peak = self.true_peak.take(step);
        let planes = self.fold.stereo(step);
        let time = if self.channels == 2 {
            cross(planes[0], planes[1])
        } else {
            Cross::default()
        };
        let stereo = (self.channels == 2).then_some((time, step.frames as f64));
        self.curves
            .take(step.index, loudness, true_peak, level.peak, stereo);
        self.slices.push(Slice {
            seconds: step.frames as f64 / f64::from(self.rate),
            energy: loudness.step * step.frames as f64,
            steps: step.frames as f64,
            time,
            frames: step.frames as f64,
            ..Slice::default()
        });
        let frames_per_step = frames_per_step(self.rate) as u64;
        let slices = &mut self.slices;
        self.spectrum.take(planes, &mut |look| {
            if let Some(slice) = slices.at_step(look.at / frames_per_step) {
                slice.look(&look);
            }
        });
        self.onset.take(planes);
    }

    fn fill(mut self, report: &mut Report, depth: crate::decode::Depth) {
        let frames_per_step = frames_per_step(self.rate) as u64;
        let slices = &mut self.slices;
        self.spectrum.finish(&mut |look| {
            if let Some(slice) = slices.at_step(look.at / frames_per_step) {
                slice.look(&look);
            }
        });
        self.level.finish();
        self.true_peak.finish();
        let slices = self.slices.points();
        let all = Slice::sum(slices);
        let lossy = matches!(report.file.codec.as_str(), "mp3" | "aac_lc" | "vorbis");
        let spans = sections::find(slices);
        let onset_rate = self.onset.rate;
        let (correlation, onsets) = self.onset.finish();
        let tempo = correlation.and_then(|correlation| tempo::estimate(&correlation, onset_rate));

        let mut facts = Facts::default();
        facts::loudness_facts(
            &mut facts,
            &self.loudness,
            &self.true_peak,
            self.curves.psr_min,
            self.rate,
        );
        facts::level_facts(&mut facts, &self.level, depth, lossy, self.rate);
        facts::spectrum_facts(&mut facts, &all, self.rate);
        facts::stretch_facts(
            &mut facts,
            "spectrum",
            &stretches::standing_out(slices),
            slices,
        );
        facts::stereo_facts(&mut facts, &all, self.channels);
        if self.channels == 2 {
            facts::stretch_facts(
                &mut facts,
                "stereo",
                &stretches::lost_in_mono(slices),
                slices,
            );
        }
        facts::tempo_facts(&mut facts, tempo.as_ref(), onsets, report.file.duration_s);
        facts::key_facts(&mut facts, &self.spectrum.pitch.classes);
        report.sections = facts::sections(&spans, slices, self.rate, self.channels);
        facts::section_facts(&mut facts, &report.sections, &spans, slices, self.channels);
        report.facts = facts.list;
        report.curves = Curves {
            loudness_short_term: self.curves.loudness_short_term(),
            loudness_momentary: self.curves.loudness_momentary(),
            psr: self.curves.psr(),
            correlation: self.curves.correlation(),
            waveform: self.curves.waveform(),
            spectrum: facts::long_term(&all, self.rate),
            stereo_field: if self.channels == 2 {
                self.spectrum.field.finish()
            } else {
                Default::default()
            },
        };
    }
}

/// Two planes for what asks for the sound as a whole. Mono and stereo are used as they are.
struct Fold {
    gains: Vec<[f32; 2]>,
    planes: [Vec<f32>; 2],
}

impl Fold {
    fn stereo<'a>(&'a mut self, step: &'a Step<'_>) -> [&'a [f32]; 2] {
        match step.planes {
            [mono] => [mono, mono],
            [left, right] => [left, right],
            many => {
                for (side, folded) in self.planes.iter_mut().enumerate() {
                    folded.clear();
                    folded.resize(step.frames, 0.0);
                    for (plane, gains) in many.iter().zip(&self.gains) {
                        folded
                            .iter_mut()
                            .zip(plane)
                            .for_each(|(sum, sample)| *sum += gains[side] * sample);
                    }
                }
                let [left, right] = &self.planes;
                [left, right]
            }
        }
    }
}
