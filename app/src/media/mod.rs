//! Files: what was measured of them, how they are heard, and how they get here.
//!
//! - [`analysis`]: the card with its figures and plots.
//! - [`player`]: the only player of the app, A against B, and the monitor that shows it.
//! - [`upload`]: files on their way, by the tus protocol.
//!
//! Curves are SVG stretched to the box; every word is HTML placed by percentage through the custom
//! properties `--x`, `--y` and `--w`, so that nothing is drawn again when the window changes.

mod analysis;
mod api;
mod clip;
mod facts;
mod pen;
mod player;
mod text;
mod upload;
mod wave;

pub use analysis::{AnalysisCard, AnalysisFailed, AnalysisSkeleton};
pub use api::{analysis, asset};
pub use clip::ClipChip;
pub use facts::FactList;
pub use player::{MiniMonitor, Monitor, Player, Track, provide_player, use_player};
pub use upload::{
    Upload, UploadList, UploadRow, UploadState, Uploads, provide_uploads, send_file, use_uploads,
};
