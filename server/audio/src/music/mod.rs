//! What is estimated and not measured: tempo, key, sections, and stretches that stand out.

pub(crate) mod key;
pub(crate) mod sections;
pub(crate) mod stretches;
pub(crate) mod tempo;
