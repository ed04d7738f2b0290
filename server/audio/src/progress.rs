//! What measuring says while it works.

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// 0 to 1; never goes back.
    pub done: f64,
    pub stage: Stage,
}

/// What it is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Opening,
    Listening,
    Structure,
    Findings,
}

impl Stage {
    /// For a person to read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opening => "Opening the file",
            Self::Listening => "Measuring loudness, spectrum and stereo",
            Self::Structure => "Finding tempo, key and sections",
            Self::Findings => "Looking for problems",
        }
    }
}
