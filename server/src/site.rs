//! How the site is put together: `Leptos.toml`, compiled in; one beside the binary overrides it.

use std::path::Path;

use anyhow::{Context as _, Result};
use leptos::config::LeptosOptions;

use crate::{config::SiteFolder, http::files};

const COMPILED_IN: &str = include_str!("../../Leptos.toml");

/// `program` is the path of the running binary, where it is known.
pub fn options(program: Option<&Path>, watched: &SiteFolder) -> Result<LeptosOptions> {
    let beside = program
        .and_then(Path::parent)
        .map(|folder| folder.join("Leptos.toml"));
    let text = match beside.filter(|path| path.is_file()) {
        Some(path) => std::fs::read_to_string(&path).with_context(|| path.display().to_string())?,
        None => COMPILED_IN.to_owned(),
    };
    let mut options: LeptosOptions = toml::from_str(&text).context("Leptos.toml")?;
    if let Some(root) = &watched.root {
        options.site_root = root.as_str().into();
    }
    if let Some(pkg_dir) = &watched.pkg_dir {
        options.site_pkg_dir = pkg_dir.as_str().into();
    }
    if let Some(port) = watched.reload_port {
        options.reload_port = port;
    }
    // Inside the binary, the package's folder carries the build's hash: what has its name never changes.
    if let Some(folder) = files::package_folder() {
        options.site_pkg_dir = folder.into();
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leptos_toml_says_what_cargo_toml_says() {
        let workspace: toml::Table =
            toml::from_str(include_str!("../../Cargo.toml")).expect("TOML");
        let in_cargo = workspace["workspace"]["metadata"]["leptos"][0]
            .as_table()
            .expect("a table");
        let ours: toml::Table = toml::from_str(COMPILED_IN).expect("TOML");
        assert!(!ours.is_empty());
        for (key, value) in &ours {
            assert_eq!(in_cargo.get(key), Some(value), "{key}");
        }
    }

    #[test]
    fn the_compiled_options_are_whole_and_one_beside_the_program_wins() {
        let compiled = options(None, &SiteFolder::default()).expect("options");
        assert_eq!(&*compiled.output_name, "soundstage");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(
            folder.path().join("Leptos.toml"),
            "output-name = \"other\"\nsite-root = \"here\"",
        )
        .expect("written");
        let beside = options(
            Some(&folder.path().join("soundstage")),
            &SiteFolder::default(),
        )
        .expect("options");
        assert_eq!(
            (&*beside.output_name, &*beside.site_root),
            ("other", "here")
        );
    }
}
