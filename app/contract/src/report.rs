//! What measuring a file yields. The same document is printed by `soundstage analyze --json`, stored
//! with the asset and given to the assistant.

use serde::{Deserialize, Serialize};

/// Raised when a reader of version *n* would misread the document.
pub const REPORT_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Report {
    pub version: u32,
    pub file: FileInfo,
    pub facts: Vec<Fact>,
    pub findings: Vec<Finding>,
    pub sections: Vec<Section>,
    pub curves: Curves,
    /// The same measurements of the reference, without its own findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(no_recursion))]
    pub reference: Option<Box<Report>>,
    /// Mix minus reference, after matching their integrated loudness where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
}

impl Report {
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The numeric value of a fact, where it could be known.
    pub fn number(&self, id: &str) -> Option<f64> {
        self.fact(id)?.value.as_ref()?.number()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileInfo {
    /// As the person called it; without folders.
    pub name: String,
    /// `wav`, `rf64`, `aiff`, `flac`, `mp3`, `m4a`, `ogg`.
    pub container: String,
    /// `pcm_s16le`, `pcm_f32le`, `flac`, `mp3`, `aac_lc`, `alac`, `vorbis`, …
    pub codec: String,
    pub sample_rate: u32,
    pub channels: u16,
    /// `mono`, `stereo`, `5.1`, …, or `discrete` where the file does not say.
    pub layout: String,
    /// As declared by the container; the *effective* depth is a fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits_per_sample: Option<u32>,
    pub frames: u64,
    pub duration_s: f64,
    pub size_bytes: u64,
    /// The container promises more than the file holds.
    pub truncated: bool,
    /// Packets that could not be decoded and were left out.
    pub damaged_packets: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fact {
    /// Dotted field terms, unique within a report: `loudness.integrated`.
    pub id: String,
    /// Null where it cannot be known; `reason` then says why.
    pub value: Option<Value>,
    /// `LUFS`, `LU`, `dBTP`, `dBFS`, `dB`, `BPM`, `Hz`, `s`, `bit`, `%`, `cents`, … or empty.
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The stretch that the fact is about; absent when it is about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
    /// Where the peak or event lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_hz: Option<[f64; 2]>,
    /// 0 to 1, for what is estimated and not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Positions of single events (clipped runs, overs), the first hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Other answers to the same question, best first (tempo, key).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<Alternate>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Event {
    pub at_s: f64,
    /// Samples in the run, or dB above full scale.
    pub value: f64,
    pub channel: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alternate {
    pub value: Value,
    pub confidence: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Low,
    Medium,
    High,
}

/// A problem, where it lies, and the facts that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Names the rule: `peak.over`, `spectrum.low_end_heavy`; unique within a report with its place.
    pub id: String,
    pub severity: Severity,
    /// A short name for a person: "True peak over the ceiling".
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_hz: Option<[f64; 2]>,
    /// Ids of facts or differences of this report.
    pub facts: Vec<String>,
    /// A thing to try, with numbers.
    pub advice: String,
    /// Where the threshold comes from.
    pub source: String,
}

/// A stretch of the song between two changes of its sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Section {
    /// 1, 2, 3 in order of time.
    pub number: u32,
    /// Stretches that sound alike share a letter.
    pub label: String,
    pub start_s: f64,
    pub end_s: f64,
    pub loudness_lufs: Option<f64>,
    /// Level per third-octave band, aligned with `Curves::spectrum`.
    pub spectrum_db: Vec<Option<f64>>,
    pub correlation: Option<f64>,
}

/// Everything that is drawn. Each has a fixed most number of points, whatever the file's length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Curves {
    pub loudness_short_term: Curve,
    pub loudness_momentary: Curve,
    /// Peak to short-term loudness ratio.
    pub psr: Curve,
    pub correlation: Curve,
    /// Highest absolute sample in each step, 0 to 1 and above.
    pub waveform: Curve,
    /// Long-term average in 1/3 octaves, dB relative to full scale per band.
    pub spectrum: Spectrum,
    pub stereo_field: StereoField,
}

/// Values at even steps of time; null where there was nothing to measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Curve {
    pub unit: String,
    pub start_s: f64,
    pub step_s: f64,
    pub values: Vec<Option<f32>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Spectrum {
    /// Nominal centres of IEC 61260 third-octave bands.
    pub centre_hz: Vec<f64>,
    pub level_db: Vec<Option<f64>>,
}

/// Energy by direction, for the half-plane plot: from hard left (−90°) to hard right (+90°).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StereoField {
    pub angle_deg: Vec<f64>,
    /// 0 to 1, the strongest direction being 1.
    pub energy: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Difference {
    /// `difference.` and the id of the fact: `difference.loudness.integrated`.
    pub id: String,
    /// Mix minus reference; null where either could not be measured.
    pub value: Option<f64>,
    pub unit: String,
    pub mix: Option<Value>,
    pub reference: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_hz: Option<[f64; 2]>,
}
