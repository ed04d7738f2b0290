//! Writes the song with its faults, and the same song without them as a reference, for journeys.

use std::path::PathBuf;

use audio::{
    Format,
    synth::{Fault, song},
};
use clap::Parser;

#[derive(Parser)]
#[command(about = "Writes faulty.wav and reference.wav, whose faults are known")]
struct Arguments {
    /// Made if it is missing.
    folder: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let folder = Arguments::parse().folder;
    std::fs::create_dir_all(&folder)?;
    song(&[Fault::TooLoud, Fault::LowEnd, Fault::OutOfPhase])
        .write_wav(folder.join("faulty.wav"), Format::Pcm16)?;
    song(&[]).write_wav(folder.join("reference.wav"), Format::Pcm16)?;
    Ok(())
}
