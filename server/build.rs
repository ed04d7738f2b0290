//! With the feature `embed`: packs the site that `cargo leptos build --release --frontend-only` wrote
//! into the program, compressed beforehand, under a name that changes with its content.
//!
//! The site is `target/site`, or the folder that `SOUNDSTAGE_SITE` names.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SOUNDSTAGE_SITE");
    if env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return;
    }
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let site = env::var_os("SOUNDSTAGE_SITE")
        .map_or_else(|| manifest.join("../target/site"), PathBuf::from);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed={}", site.display());
    let mut files = Vec::new();
    collect(&site, &site, &mut files).unwrap_or_else(|error| {
        panic!(
            "the site {} cannot be read ({error}); build the client first: ./dev build",
            site.display()
        )
    });
    files.sort();
    assert!(
        !files.is_empty(),
        "the site {} is empty; build the client first: ./dev build",
        site.display()
    );
    pack(&files, &out).expect("the build folder can be written");
}

type Named = (String, PathBuf);

fn collect(root: &Path, folder: &Path, into: &mut Vec<Named>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, into)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            into.push((name.replace('\\', "/"), path));
        }
    }
    Ok(())
}

/// Writes `site.rs`: a table of files, sorted by name, and the hash of them all.
fn pack(files: &[Named], out: &Path) -> io::Result<()> {
    let mut whole = Sha256::new();
    let mut table = String::new();
    for (number, (name, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let hash = hex(&Sha256::digest(&bytes));
        whole.update(format!("{name}\0{hash}\0"));
        let keep = |kind: &str, bytes: &[u8]| -> io::Result<String> {
            let file = out.join(format!("site-{number}.{kind}"));
            fs::write(&file, bytes)?;
            Ok(format!("include_bytes!({:?})", file.display().to_string()))
        };
        let plain = keep("plain", &bytes)?;
        let packed = |kind: &str, smaller: Vec<u8>| -> io::Result<String> {
            // Fonts and pictures are compressed already.
            if smaller.len() * 10 < bytes.len() * 9 {
                Ok(format!("Some({})", keep(kind, &smaller)?))
            } else {
                Ok("None".to_owned())
            }
        };
        let (brotli, gzip) = (packed("br", brotli(&bytes)?)?, packed("gz", gzip(&bytes)?)?);
        let etag = format!("\"{}\"", &hash[..16]);
        writeln!(table, "    Embedded {{ name: {name:?}, etag: {etag:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},")
            .map_err(io::Error::other)?;
    }
    let package = format!("pkg-{}", &hex(&whole.finalize())[..12]);
    let text = format!(
        "pub(super) const PACKAGE: &str = {package:?};\npub(super) static FILES: &[Embedded] = &[\n{table}];\n"
    );
    fs::write(out.join("site.rs"), text)
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let best = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &best)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    io::Write::write_all(&mut encoder, bytes)?;
    encoder.finish()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
