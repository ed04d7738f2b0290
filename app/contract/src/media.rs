//! Files, and what was measured of them, as the interface shows it.

use serde::{Deserialize, Serialize};

use crate::{ApiError, AssetId, Timestamp, jobs::JobState};

/// The two listening positions. A is the mix, B the reference, on every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    A,
    B,
}

impl Side {
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// What the letter stands for, for those who do not see it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::A => "your mix",
            Self::B => "reference",
        }
    }
}

/// An audio file: in a message, in the composer, in the monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AssetView {
    pub id: AssetId,
    pub name: String,
    pub size_bytes: u64,
    pub created_at: Timestamp,
    /// Where `<audio>` plays it from; a rendition where browsers cannot play the original, absent
    /// until there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_url: Option<String>,
    pub measuring: Measuring,
}

/// How far measuring has come, and what is known so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Measuring {
    pub state: JobState,
    pub progress: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ApiError>,
    /// Present once measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

/// What a clip chip and the monitor need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Summary {
    pub duration_s: f64,
    pub integrated_lufs: Option<f64>,
    /// Peak of each even step of the file, 0 to 1; about 120 of them.
    pub waveform: Vec<f32>,
    pub measured_in_ms: i64,
}

/// The analysis card: A, perhaps B, ready to draw. Curves are decimated for the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AnalysisView {
    pub a: TrackHead,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<TrackHead>,
    pub figures: Vec<Figure>,
    pub loudness: LoudnessPlot,
    pub spectrum: SpectrumPlot,
    pub stereo: StereoPlot,
    pub sections: Vec<SectionMark>,
    /// The findings that the critique is about, largest first, at most three.
    pub pins: Vec<Pin>,
    pub measured_in_ms: i64,
    /// How many facts were measured in all.
    pub fact_count: u32,
    /// File properties that a person should know of: "truncated", "5.1, measured by BS.1770 weights".
    pub remarks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TrackHead {
    pub asset: AssetId,
    pub name: String,
    pub duration_s: f64,
}

/// One headline figure with its reference and their difference, already rounded and signed for
/// reading (real minus signs). `None` shows as a dash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Figure {
    pub fact: String,
    pub label: String,
    pub unit: String,
    pub a: Option<String>,
    pub b: Option<String>,
    pub delta: Option<String>,
    /// Over a limit: drawn in red, with words for those who do not see it.
    pub over: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LoudnessPlot {
    pub duration_s: f64,
    pub step_s: f64,
    /// Short-term LUFS at even steps of A's time.
    pub a: Vec<Option<f32>>,
    /// B laid onto A's time, section by section.
    pub b: Vec<Option<f32>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SpectrumPlot {
    pub centre_hz: Vec<f32>,
    /// dB with a tilt of 4.5 dB per octave about 1 kHz, so that a balanced mix reads flat.
    pub a: Vec<Option<f32>>,
    /// The same of B, its level matched to A.
    pub b: Vec<Option<f32>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StereoPlot {
    /// Energy at even angles from hard left to hard right, 0 to 1. Empty for mono.
    pub a: Vec<f32>,
    pub b: Vec<f32>,
    pub correlation_a: Option<f32>,
    pub correlation_b: Option<f32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SectionMark {
    /// "Section 1 (A)", and "1A" where there is no room.
    pub name: String,
    pub short: String,
    pub start_s: f64,
    pub end_s: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pin {
    pub number: u32,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hz: Option<f64>,
    /// "+4.1 dB at 60 Hz"
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
