//! The analysis card: figures, loudness over time, spectrum and stereo field, all against the reference
//! where there is one.

mod card;
mod cursor;
mod curve;
mod figures;
mod loudness;
mod scale;
mod skeleton;
mod spectrum;
mod spectrum_pins;
mod state;
mod stereo;
mod words;

pub use card::AnalysisCard;
pub use skeleton::{AnalysisFailed, AnalysisSkeleton};
