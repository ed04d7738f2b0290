//! The files inside the binary. The table is written by `build.rs`.

use axum::{body::Bytes, http::HeaderMap};
use leptos::config::LeptosOptions;

use super::{ASK_FIRST, File, takes};

const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Nothing of ours breaks when it is a day old.
const FOR_A_DAY: &str = "public, max-age=86400";

pub(super) struct Embedded {
    /// Below the site's folder: `pkg/soundstage.js`, `favicon.svg`.
    name: &'static str,
    etag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/site.rs"));

pub(super) fn package_folder() -> Option<&'static str> {
    Some(PACKAGE)
}

pub(super) async fn find(_: &LeptosOptions, name: &str, asked: &HeaderMap) -> Option<File> {
    let (file, cache) = match name
        .strip_prefix(PACKAGE)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        Some(rest) => (in_package(rest)?, FOR_EVER),
        None => (named(name)?, keeping(name)),
    };
    let (bytes, encoding) = match (file.brotli, file.gzip) {
        (Some(bytes), _) if takes(asked, "br") => (bytes, Some("br")),
        (_, Some(bytes)) if takes(asked, "gzip") => (bytes, Some("gzip")),
        _ => (file.plain, None),
    };
    Some(File {
        bytes: Bytes::from_static(bytes),
        encoding,
        etag: Some(file.etag),
        cache,
    })
}

/// Fonts carry the hash of their content in their own name: `inter-latin.34d39287.woff2`.
fn keeping(name: &str) -> &'static str {
    let mut parts = name.rsplit('.').skip(1);
    let is_hash = |part: &str| part.len() >= 8 && part.bytes().all(|c| c.is_ascii_hexdigit());
    match name {
        "sw.js" | "manifest.webmanifest" => ASK_FIRST,
        _ if parts.next().is_some_and(is_hash) => FOR_EVER,
        _ => FOR_A_DAY,
    }
}

/// Styles name their fonts beside them, so the whole site is also below the package's name. Leptos asks
/// for `NAME_bg.wasm` where it was compiled outside of cargo-leptos, which writes `NAME.wasm`.
fn in_package(rest: &str) -> Option<&'static Embedded> {
    let in_pkg = |rest: &str| named(&["pkg/", rest].concat());
    in_pkg(rest)
        .or_else(|| in_pkg(&[rest.strip_suffix("_bg.wasm")?, ".wasm"].concat()))
        .or_else(|| named(rest))
}

fn named(name: &str) -> Option<&'static Embedded> {
    FILES
        .binary_search_by(|file| file.name.cmp(name))
        .ok()
        .and_then(|at| FILES.get(at))
}
