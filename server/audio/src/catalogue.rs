//! Every fact that a report may hold. `docs/facts.md` is written from this list, and a fact that is not
//! in it cannot be made.

use std::fmt::Write;

use crate::bands::{BROADS, thirds};

/// What a fact is. Facts of one kind share a definition: `{hz}`, `{band}` and `{n}` in the id stand for
/// a nominal third-octave centre, a broad band, and a number counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    pub id: &'static str,
    /// A short name for people.
    pub label: &'static str,
    pub unit: &'static str,
    pub definition: &'static str,
    /// The standard or paper that it follows.
    pub source: &'static str,
    pub compared: Compared,
}

/// How a mix is set against its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is of one file alone.
    No,
    /// Mix minus reference.
    Plain,
    /// Mix minus reference, once both are at the same integrated loudness.
    Matched,
}

/// Every fact, in the order of the report.
pub fn catalogue() -> &'static [Definition] {
    CATALOGUE
}

/// The definition that an id falls under. Differences fall under that of their fact.
pub fn define(id: &str) -> Option<&'static Definition> {
    let id = id.strip_prefix("difference.").unwrap_or(id);
    let exact = CATALOGUE.iter().find(|definition| definition.id == id);
    exact.or_else(|| {
        CATALOGUE
            .iter()
            .find(|definition| matches(definition.id, id))
    })
}

fn matches(pattern: &str, id: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern == id;
    };
    let Some((kind, after)) = rest.split_once('}') else {
        return false;
    };
    let Some(tail) = id.strip_prefix(before) else {
        return false;
    };
    // The longest stand-in first: 31.5 holds a dot itself.
    let ends: Vec<usize> = tail
        .match_indices('.')
        .map(|(at, _)| at)
        .chain([tail.len()])
        .collect();
    ends.into_iter()
        .rev()
        .any(|end| stands_for(kind, &tail[..end]) && matches(after, &tail[end..]))
}

fn stands_for(kind: &str, text: &str) -> bool {
    match kind {
        "hz" => thirds().any(|band| band.nominal == text),
        "band" => BROADS.iter().any(|band| band.id == text),
        _ => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// The page `docs/facts.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Facts\n\nEvery figure that Soundstage measures, by the id that reports, answers and `soundstage analyze --json` \
         use. This page is written from the code (`server/audio/src/catalogue.rs`) by\n`UPDATE_DOCS=1 cargo test -p audio \
         --test catalogue`; a test fails when it is out of date.\n\nA fact that cannot be known has no value, and a reason. \
         `{hz}` is a third-octave band of IEC 61260-1 by its nominal centre, 25 to 20000; `{n}` counts from 1; `{band}` is one \
         of:\n\n| Band | Edges |\n|---|---|\n",
    );
    // Writing to a string cannot fail.
    for band in BROADS {
        let [low, high] = band.edges();
        let _ = writeln!(page, "| `{}` | {low:.0} to {high:.0} Hz |", band.id);
    }
    page.push_str(
        "\nFull scale is 0 dBFS: a sine at full scale has a level of −3.01 dBFS, a square wave 0. Levels of a file with \
         several channels are means over the channels.\n\nWith a reference, each fact marked *plain* or *matched* also has a \
         difference, `difference.` and its id: mix minus reference; *matched* ones after both are brought to the same integrated \
         loudness. `difference.section.{n}.…` sets section n of the mix against the same stretch of the reference, by the part \
         of the song that has gone by, where the two are within 10 % of the same length; otherwise against the reference's \
         section of the most similar loudness (each relative to its whole song).\n\n",
    );
    page.push_str(
        "| Id | Name | Unit | Difference | Definition | Source |\n|---|---|---|---|---|---|\n",
    );
    for fact in CATALOGUE {
        let compared = match fact.compared {
            No => "",
            Plain => "plain",
            Matched => "matched",
        };
        let Definition {
            id,
            label,
            unit,
            definition,
            source,
            ..
        } = fact;
        let _ = writeln!(
            page,
            "| `{id}` | {label} | {unit} | {compared} | {definition} | {source} |"
        );
    }
    page
}

const fn fact(
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    compared: Compared,
    definition: &'static str,
    source: &'static str,
) -> Definition {
    Definition {
        id,
        label,
        unit,
        definition,
        source,
        compared,
    }
}

use Compared::{Matched, No, Plain};

const R128: &str = "ITU-R BS.1770-5, EBU R 128";
const TECH_3341: &str = "EBU Tech 3341";
const OURS: &str = "Soundstage";
const THIRD_OCTAVES: &str = "IEC 61260-1";

#[rustfmt::skip]
const CATALOGUE: &[Definition] = &[
    fact("loudness.integrated", "Integrated loudness", "LUFS", Plain, "Gated loudness of the whole file: K-weighted, blocks of 400 ms every 100 ms, gates at −70 LUFS and 10 LU below the mean. Surround channels count by BS.1770's weights.", R128),
    fact("loudness.range", "Loudness range", "LU", Plain, "95th less 10th percentile of short-term loudness above −70 LUFS and above 20 LU below its mean. Trust it on a minute or more.", "EBU Tech 3342"),
    fact("loudness.momentary_max", "Loudest moment", "LUFS", Plain, "Greatest loudness of any 400 ms; `at_s` is its middle.", TECH_3341),
    fact("loudness.short_term_max", "Loudest three seconds", "LUFS", Plain, "Greatest loudness of any 3 s; `at_s` is its middle.", TECH_3341),
    fact("level.rms", "RMS level", "dBFS", Plain, "Mean square of all samples and channels, unweighted and ungated.", "AES17, without its +3.01 dB"),
    fact("peak.true", "True peak", "dBTP", Plain, "Greatest value of the waveform between the samples too, four-fold oversampled (two-fold from 96 kHz, none from 192 kHz).", "ITU-R BS.1770-5 annex 2"),
    fact("peak.sample", "Sample peak", "dBFS", Plain, "Greatest magnitude of any sample.", "AES17"),
    fact("peak.overs", "Overs", "", Plain, "Places where the true peak passes 0 dBTP, those within 10 ms being one; the events' values are dB over full scale.", "ITU-R BS.1770-5 annex 2"),
    fact("clipping.runs", "Clipped runs", "", Plain, "Runs of three or more full-scale samples of one sign in a channel; the events' values are their lengths in samples.", "B. Katz, Mastering Audio"),
    fact("clipping.samples", "Clipped samples", "", Plain, "Samples in those runs.", "B. Katz, Mastering Audio"),
    fact("dynamics.plr", "Peak to loudness ratio", "dB", Plain, "True peak less integrated loudness.", "AES TD1004"),
    fact("dynamics.psr_min", "Least peak to short-term ratio", "dB", Plain, "Least of: true peak of the last 3 s less their loudness, where that is above −40 LUFS; `at_s` is their middle.", "I. Shepherd, MeterPlugs Dynameter"),
    fact("dynamics.crest", "Crest factor", "dB", Plain, "Sample peak less RMS level.", "Peak over RMS"),
    fact("dc.offset", "DC offset", "%", No, "Mean of the samples in percent of full scale, of the channel where it is greatest.", OURS),
    fact("silence.leading", "Silence at the start", "s", No, "Time before the first sample over −60 dBFS.", OURS),
    fact("silence.trailing", "Silence at the end", "s", No, "Time after the last sample over −60 dBFS.", OURS),
    fact("noise.floor", "Noise floor", "dBFS", Plain, "RMS level of the quietest 0.4 s that is not digital silence; known only where that is 30 dB below the level of the whole.", OURS),
    fact("depth.effective", "Effective bit depth", "bit", No, "Highest number of bits that any sample uses, whatever the file declares; 32 for floating point finer than 24 bits.", OURS),
    fact("spectrum.tilt", "Spectral tilt", "dB/oct", Plain, "Slope of the straight line through the third-octave levels from 63 Hz to 12.5 kHz. Pink noise is 0, white noise +3.", OURS),
    fact("spectrum.share.{band}", "Share of a broad band", "dB", Plain, "Energy in the band relative to all bands.", OURS),
    fact("spectrum.band.{hz}", "Third-octave level", "dBFS", Matched, "Long-term mean level in the band. Files with more than two channels are folded down to stereo first.", THIRD_OCTAVES),
    fact("spectrum.stretch.{n}", "Stretch that stands out", "dB", No, "A stretch of 3 s or more in which a register is louder than in the rest of the song, both in itself and against the other registers; `band_hz` are the third-octaves that rise the most.", OURS),
    fact("stereo.correlation", "Stereo correlation", "", Plain, "Correlation of left and right: 1 mono, 0 unrelated, −1 out of phase.", "Pearson; as phase meters show it"),
    fact("stereo.correlation.{band}", "Stereo correlation in a band", "", Plain, "The same in a broad band.", OURS),
    fact("stereo.width", "Stereo width", "%", Plain, "Energy of the side signal (L−R) in percent of middle and side: 0 mono, 50 unrelated channels, 100 out of phase.", OURS),
    fact("stereo.width.{band}", "Stereo width in a band", "%", Plain, "The same in a broad band.", OURS),
    fact("stereo.mono_loss", "Lost in mono", "dB", Plain, "How far the level of (L+R)/2 lies below the mean level of left and right: 0 mono, 3 unrelated channels, at most 60.", OURS),
    fact("stereo.mono_loss.{band}", "Lost in mono in a band", "dB", Plain, "The same in a broad band.", OURS),
    fact("stereo.balance", "Balance", "dB", Plain, "Level of left less that of right.", OURS),
    fact("stereo.stretch.{n}", "Stretch lost in mono", "dB", No, "A stretch of 3 s or more in which 8 % or more of the (pink-weighted) energy lies in bands that lose 6 dB or more in mono. The value is the loss in `band_hz`.", OURS),
    fact("tempo.bpm", "Tempo", "BPM", Plain, "Strongest period of the onset curve, weighed by the rates at which people tap. Half, double and triple are among the alternates: one song in eight is told an octave wrong by any method.", "Ellis 2007; Moelants 2002"),
    fact("key.name", "Key", "", No, "Best match of the tuned pitch-class profile with the key profiles of Temperley, and of natural minor; the runner-up is the alternate.", "Krumhansl & Kessler 1982; Temperley 2001"),
    fact("key.camelot", "Key, Camelot", "", No, "The same on the Camelot wheel.", "M. Davis, Camelot Easymix"),
    fact("key.tuning", "Tuning", "cents", Plain, "How far the pitches lie above A = 440 Hz, from −50 to 50.", OURS),
    fact("transients.density", "Transient density", "1/s", Plain, "Onsets a second, found as peaks of spectral flux 50 ms or more apart.", "Dixon 2006 (spectral flux)"),
    fact("section.count", "Sections", "", No, "Stretches between changes of level, spectrum and harmony; at most 16.", "Foote 2000 (novelty)"),
    fact("section.{n}.loudness", "Loudness of a section", "LUFS", Matched, "K-weighted loudness of the section, ungated.", "ITU-R BS.1770-5"),
    fact("section.{n}.low_ratio", "Lows in a section", "dB", Plain, "Energy below 220 Hz against that above it.", OURS),
    fact("section.{n}.tilt", "Tilt of a section", "dB/oct", Plain, "As spectrum.tilt.", OURS),
    fact("section.{n}.correlation", "Correlation in a section", "", Plain, "As stereo.correlation.", OURS),
    fact("section.{n}.mono_loss", "Lost in mono in a section", "dB", Plain, "As stereo.mono_loss.", OURS),
    fact("section.{n}.spectrum.{hz}", "Third-octave level in a section", "dBFS", Matched, "As spectrum.band; the levels themselves stand with the section.", THIRD_OCTAVES),
];
