//! Eleven hours of sound that never exist as a whole: what is kept must not grow with time.
#![allow(clippy::unwrap_used)]

mod lab;

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use audio::Source;

/// A mono 8-bit WAV at 4 kHz whose samples are made when they are read: a tone in every other minute.
struct Endless {
    header: Vec<u8>,
    len: u64,
    at: u64,
}

const RATE: u64 = 4_000;

impl Endless {
    fn new(seconds: u64) -> Self {
        let data = (seconds * RATE) as u32;
        let mut header = Vec::new();
        header.extend_from_slice(b"RIFF");
        header.extend_from_slice(&(data + 36).to_le_bytes());
        header.extend_from_slice(b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00");
        header.extend_from_slice(&(RATE as u32).to_le_bytes());
        header.extend_from_slice(&(RATE as u32).to_le_bytes());
        header.extend_from_slice(b"\x01\x00\x08\x00data");
        header.extend_from_slice(&data.to_le_bytes());
        let len = header.len() as u64 + u64::from(data);
        Self { header, len, at: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = buf.len().min((self.len - self.at) as usize);
        for byte in &mut buf[..count] {
            *byte = match self.header.get(self.at as usize) {
                Some(byte) => *byte,
                None => {
                    let frame = self.at - self.header.len() as u64;
                    let sounding = (frame / RATE / 60).is_multiple_of(2);
                    if sounding {
                        [128, 178, 198, 178, 128, 78, 58, 78][frame as usize % 8]
                    } else {
                        128
                    }
                }
            };
            self.at += 1;
        }
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.len.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn eleven_hours_make_a_report_of_usual_size() {
    let seconds = 11 * 3600;
    let endless = Endless::new(seconds);
    let size = endless.len;
    let report = audio::measure(Source::new("radio.wav", endless, size), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!((report.file.duration_s - seconds as f64).abs() < 1.0);
    assert!(report.number("loudness.integrated").is_some());
    let curves = &report.curves;
    for curve in [
        &curves.loudness_short_term,
        &curves.loudness_momentary,
        &curves.psr,
        &curves.waveform,
    ] {
        assert!(
            (300..=1200).contains(&curve.values.len()),
            "{} points",
            curve.values.len()
        );
        let end = curve.start_s + curve.step_s * curve.values.len() as f64;
        assert!(
            (end - seconds as f64).abs() < 2.0 * curve.step_s,
            "the last point lies at {end}"
        );
    }
    assert!(report.sections.len() <= 16);
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.len() < 400_000, "{} bytes", json.len());
}
