//! The files in the folder that cargo-leptos writes, for development.

use std::path::{Component, Path};

use axum::http::HeaderMap;
use leptos::config::LeptosOptions;

use super::{ASK_FIRST, File, has_ending};

pub(super) fn package_folder() -> Option<&'static str> {
    None
}

pub(super) async fn find(options: &LeptosOptions, name: &str, _: &HeaderMap) -> Option<File> {
    // Only pages have names without an ending: they need no look at the disk.
    if !has_ending(name)
        || !Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let root = Path::new(&*options.site_root);
    let read = async |name: &str| tokio::fs::read(root.join(name)).await.ok();
    let bytes = match read(name).await {
        Some(bytes) => bytes,
        // As in a release: the whole site below the package's name, and the wasm by both of its names.
        None => {
            let rest = name
                .strip_prefix(&*options.site_pkg_dir)?
                .strip_prefix('/')?;
            match name.strip_suffix("_bg.wasm") {
                Some(stem) => read(&[stem, ".wasm"].concat()).await?,
                None => read(rest).await?,
            }
        }
    };
    Some(File {
        bytes: bytes.into(),
        encoding: None,
        etag: None,
        cache: ASK_FIRST,
    })
}
