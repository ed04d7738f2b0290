//! Every format that is accepted, in and out.
#![allow(clippy::unwrap_used)]

mod lab;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::OnceLock;

use audio::synth::{Fault, Sound, song, surround_tone};
use audio::{Error, Format, Source};
use contract::ErrorCode;
use contract::report::Report;
use lab::{assert_near, extensible_wav, ffmpeg, measure, measure_bytes, number};

/// Ten seconds of the song, made once.
fn short() -> &'static Sound {
    static SHORT: OnceLock<Sound> = OnceLock::new();
    SHORT.get_or_init(|| {
        let mut sound = song(&[]);
        sound.samples.truncate(44_100 * 2 * 10);
        sound
    })
}

/// Its loudness.
fn short_lufs() -> f64 {
    static LUFS: OnceLock<f64> = OnceLock::new();
    *LUFS.get_or_init(|| number(&measure(short()), "loudness.integrated"))
}

struct Folder(tempfile::TempDir);

impl Folder {
    /// The short song as 16-bit WAV, through ffmpeg with these options.
    fn encoded(&self, name: &str, options: &[&str]) -> PathBuf {
        let input = self.0.path().join("input.wav");
        short().write_wav(&input, Format::Pcm16).unwrap();
        let output = self.0.path().join(name);
        ffmpeg(options, &input, &output);
        output
    }
}

fn folder() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

fn measure_file(path: &PathBuf) -> Result<Report, Error> {
    audio::measure(Source::open(path).unwrap(), &mut |_| {
        ControlFlow::Continue(())
    })
}

#[track_caller]
fn assert_same_sound(report: &Report, loudness_tolerance: f64) {
    assert_near(
        report,
        "loudness.integrated",
        short_lufs(),
        loudness_tolerance,
    );
    assert!(
        (report.file.duration_s - 10.0).abs() < 0.11,
        "{}",
        report.file.duration_s
    );
    assert!(
        !report.file.truncated && report.file.damaged_packets == 0,
        "{:?}",
        report.file
    );
    assert_eq!((report.file.sample_rate, report.file.channels), (44_100, 2));
    assert_eq!(report.file.layout, "stereo");
}

#[test]
fn wav_in_every_width() {
    for (format, codec, bits, depth) in [
        (Format::Pcm16, "pcm_s16le", 16, 16.0),
        (Format::Pcm24, "pcm_s24le", 24, 24.0),
        (Format::Float32, "pcm_f32le", 32, 32.0),
    ] {
        let report = measure_bytes("song.wav", short().to_wav(format)).unwrap();
        assert_same_sound(&report, 0.01);
        assert_eq!(
            (report.file.container.as_str(), report.file.codec.as_str()),
            ("wav", codec)
        );
        assert_eq!(report.file.bits_per_sample, Some(bits));
        assert_eq!(report.number("depth.effective"), Some(depth));
    }
}

#[test]
fn formats_that_ffmpeg_writes() {
    let cases: [(&str, &[&str], &str, &str, f64); 14] = [
        ("a.wav", &["-c:a", "pcm_s32le"], "wav", "pcm_s32le", 0.01),
        ("b.wav", &["-c:a", "pcm_f64le"], "wav", "pcm_f64le", 0.01),
        ("c.wav", &["-c:a", "pcm_u8"], "wav", "pcm_u8", 0.1),
        ("d.wav", &["-rf64", "always"], "rf64", "pcm_s16le", 0.01),
        ("e.aiff", &["-c:a", "pcm_s16be"], "aiff", "pcm_s16be", 0.01),
        ("f.aiff", &["-c:a", "pcm_s24be"], "aiff", "pcm_s24be", 0.01),
        (
            "g.aifc",
            &["-c:a", "pcm_f32be", "-f", "aiff"],
            "aiff",
            "pcm_f32be",
            0.01,
        ),
        ("h.flac", &[], "flac", "flac", 0.01),
        ("i.mp3", &["-b:a", "192k"], "mp3", "mp3", 0.6),
        (
            "j.m4a",
            &["-c:a", "aac", "-b:a", "192k"],
            "m4a",
            "aac_lc",
            0.2,
        ),
        (
            "k.aac",
            &["-c:a", "aac", "-b:a", "192k", "-f", "adts"],
            "adts",
            "aac_lc",
            0.2,
        ),
        ("l.m4a", &["-c:a", "alac"], "m4a", "alac", 0.01),
        (
            "m.ogg",
            &["-c:a", "libvorbis", "-q:a", "6"],
            "ogg",
            "vorbis",
            0.2,
        ),
        (
            "n.mp3",
            &["-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"],
            "mp3",
            "mp3",
            0.6,
        ),
    ];
    let folder = folder();
    for (name, options, container, codec, tolerance) in cases {
        let report = measure_file(&folder.encoded(name, options))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (report.file.container.as_str(), report.file.codec.as_str()),
            (container, codec),
            "{name}"
        );
        assert_same_sound(&report, tolerance);
        let lossy = ["mp3", "aac_lc", "vorbis"].contains(&codec);
        assert_eq!(report.number("depth.effective").is_none(), lossy, "{name}");
    }
}

#[test]
fn the_name_is_never_believed() {
    let folder = folder();
    let path = folder.encoded("song.flac", &[]);
    let misnamed = path.with_file_name("holiday.jpeg");
    std::fs::rename(&path, &misnamed).unwrap();
    assert_eq!(measure_file(&misnamed).unwrap().file.container, "flac");
}

#[test]
fn probing_tells_the_shape_without_measuring() {
    let info = audio::probe(Source::from_bytes("a.wav", short().to_wav(Format::Pcm16))).unwrap();
    assert_eq!(
        (info.frames, info.channels, info.sample_rate),
        (441_000, 2, 44_100)
    );
}

#[test]
fn he_aac_and_surround_aac_are_refused_by_name() {
    let folder = folder();
    let wide = folder.encoded("wide.m4a", &["-ac", "6", "-c:a", "aac"]);
    assert_eq!(
        measure_file(&wide).unwrap_err().code(),
        ErrorCode::UnsupportedAac
    );
    let adts = folder.encoded("wide.aac", &["-ac", "6", "-c:a", "aac", "-f", "adts"]);
    assert_eq!(
        measure_file(&adts).unwrap_err().code(),
        ErrorCode::UnsupportedAac
    );
    // No free encoder makes HE-AAC, so an LC file is told to be one: object type 5 in its configuration.
    let mut bytes = std::fs::read(folder.encoded("lc.m4a", &["-c:a", "aac"])).unwrap();
    // The DecoderSpecificInfo of an LC file at 44.1 kHz in stereo begins with 0x12 0x10.
    let esds = bytes.windows(4).position(|name| name == b"esds").unwrap();
    let at = esds
        + bytes[esds..]
            .windows(2)
            .position(|pair| pair == [0x12, 0x10])
            .unwrap();
    bytes[at] = 5 << 3 | 0x12 & 7;
    let error = measure_bytes("he.m4a", bytes)
        .map(|report| report.file)
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnsupportedAac, "{error}");
    assert!(error.to_string().contains("HE-AAC"), "{error}");
}

#[test]
fn opus_is_refused_as_a_codec() {
    let folder = folder();
    let error = measure_file(&folder.encoded("a.opus", &["-c:a", "libopus"])).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnsupportedCodec, "{error}");
}

#[test]
fn truncated_files_are_measured_and_flagged() {
    let folder = folder();
    let cases: [(&str, &[&str]); 6] = [
        ("a.mp3", &["-b:a", "192k"]),
        ("b.mp3", &["-b:a", "192k", "-write_xing", "0"]),
        ("c.flac", &[]),
        ("d.m4a", &["-c:a", "aac", "-movflags", "+faststart"]),
        ("e.ogg", &["-c:a", "libvorbis"]),
        ("f.aiff", &[]),
    ];
    for (name, options) in cases {
        let path = folder.encoded(name, options);
        let bytes = std::fs::read(&path).unwrap();
        let report = measure_bytes(name, bytes[..bytes.len() * 3 / 5].to_vec())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(report.file.truncated, "{name}: {:?}", report.file);
        assert!(
            (3.0..8.5).contains(&report.file.duration_s),
            "{name}: {}",
            report.file.duration_s
        );
        assert!(report.number("loudness.integrated").is_some());
    }
    let wav = short().to_wav(Format::Pcm16);
    let report = measure_bytes("cut.wav", wav[..wav.len() / 2].to_vec()).unwrap();
    assert!(report.file.truncated && (report.file.duration_s - 5.0).abs() < 0.01);
}

#[test]
fn a_wav_whose_length_was_never_written_is_whole() {
    let mut wav = short().to_wav(Format::Pcm16);
    wav[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let report = measure_bytes("streamed.wav", wav).unwrap();
    assert_same_sound(&report, 0.01);
}

#[test]
fn rf64_reads_its_length_from_ds64() {
    let wav = short().to_wav(Format::Pcm16);
    let data = (wav.len() - 44) as u64;
    for magic in [b"RF64", b"BW64"] {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(magic);
        bytes.extend_from_slice(&u32::MAX.to_le_bytes());
        bytes.extend_from_slice(b"WAVEds64");
        bytes.extend_from_slice(&28u32.to_le_bytes());
        bytes.extend_from_slice(&(data + 72).to_le_bytes());
        bytes.extend_from_slice(&data.to_le_bytes());
        bytes.extend_from_slice(&(data / 4).to_le_bytes());
        bytes.extend_from_slice(&0u32.to_le_bytes());
        bytes.extend_from_slice(&wav[12..36]);
        bytes.extend_from_slice(b"data");
        bytes.extend_from_slice(&u32::MAX.to_le_bytes());
        bytes.extend_from_slice(&wav[44..]);
        // What follows the sound is not sound.
        bytes.extend_from_slice(b"LIST\x04\x00\x00\x00junk");
        let report = measure_bytes("big.wav", bytes).unwrap();
        assert_eq!(report.file.container, "rf64");
        assert_eq!(report.file.frames, data / 4);
        assert_same_sound(&report, 0.01);
    }
}

#[test]
fn layouts_come_from_the_channel_mask() {
    let sound = surround_tone([-20.0; 5], 1.0);
    for (mask, layout) in [(0x37, "5.0"), (0x607, "5.0"), (0, "discrete")] {
        assert_eq!(
            measure_bytes("a.wav", extensible_wav(&sound, mask))
                .unwrap()
                .file
                .layout,
            layout
        );
    }
}

#[test]
fn a_rendition_is_the_same_sound() {
    let folder = folder();
    for (name, options) in [
        ("a.aiff", &["-c:a", "pcm_s24be"][..]),
        ("b.m4a", &["-c:a", "alac"][..]),
    ] {
        let path = folder.encoded(name, options);
        let mut wav = Vec::new();
        let go = &mut |_| ControlFlow::Continue(());
        let source = || Source::open(&path).unwrap();
        let frames = audio::count(source(), go).unwrap().frames;
        assert_eq!(frames, 441_000);
        audio::render(source(), frames, &mut wav, Format::Pcm16, go).unwrap();
        assert!(
            wav == short().to_wav(Format::Pcm16),
            "{name}: 16 bits come back bit for bit"
        );
        let mut wav = Vec::new();
        audio::render(source(), frames, &mut wav, Format::Pcm24, go).unwrap();
        assert_same_sound(&measure_bytes("r.wav", wav).unwrap(), 0.01);
    }
}

/// Found by fuzzing: silence was written for what the header had promised, 17 GB of it for three kilobytes.
#[test]
fn a_rendition_holds_what_is_there_and_not_what_is_promised() {
    let folder = folder();
    let path = folder.encoded("c.mp3", &[]);
    let mut mp3 = std::fs::read(path).unwrap();
    let tag = mp3
        .windows(4)
        .position(|four| four == b"Info" || four == b"Xing");
    let count = tag.unwrap() + 8;
    mp3[count..count + 4].fill(0xFF);
    let source = || Source::from_bytes("c.mp3", mp3.clone());
    let go = &mut |_| ControlFlow::Continue(());
    assert!(audio::probe(source()).unwrap().frames > 1 << 40);
    let frames = audio::count(source(), go).unwrap().frames;
    assert!(frames < 450_000, "{frames}");
    let mut wav = Vec::new();
    audio::render(source(), frames, &mut wav, Format::Pcm16, go).unwrap();
    assert_eq!(wav.len() as u64, 44 + 4 * frames);
}

#[test]
fn an_excerpt_is_what_is_heard_there() {
    let sound = song(&[Fault::OutOfPhase]);
    let folder = folder();
    let path = folder.encoded("a.flac", &[]);
    for (source, start) in [
        (
            Source::from_bytes("a.wav", sound.to_wav(Format::Float32)),
            30.0,
        ),
        (Source::open(&path).unwrap(), 4.0),
    ] {
        let wav = audio::excerpt(source, start, 5.0, false).unwrap();
        let report = measure_bytes("excerpt.wav", wav).unwrap();
        assert_eq!(
            (
                report.file.frames,
                report.file.codec.as_str(),
                report.file.channels
            ),
            (5 * 44_100, "pcm_s16le", 2)
        );
    }
    let source = Source::from_bytes("a.wav", sound.to_wav(Format::Float32));
    let mono = measure_bytes("m.wav", audio::excerpt(source, 46.0, 30.0, true).unwrap()).unwrap();
    assert_eq!((mono.file.channels, mono.file.frames), (1, 2 * 44_100));
}
