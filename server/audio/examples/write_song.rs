//! Writes the test song, clean and faulty, as 16-bit WAV files into a folder.

use audio::synth::{Fault, song};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: write_song FOLDER")?;
    let folder = std::path::Path::new(&folder);
    song(&[]).write_wav(folder.join("clean.wav"), audio::Format::Pcm16)?;
    let faulty = song(&[Fault::TooLoud, Fault::LowEnd, Fault::OutOfPhase]);
    faulty.write_wav(folder.join("faulty.wav"), audio::Format::Pcm16)?;
    Ok(())
}
