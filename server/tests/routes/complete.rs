//! Whether the table has a line for everything that is there, and for nothing else.

use std::{collections::BTreeSet, path::Path};

use leptos::server_fn::axum::server_fn_paths;
use server::http::v1;

use crate::{support::Site, table::TABLE};

#[tokio::test]
async fn the_table_is_complete() {
    let site = Site::new().await;
    let listed: BTreeSet<(String, String)> = TABLE
        .iter()
        .map(|(method, path, ..)| {
            let path = path.split('?').next().unwrap();
            ((*method).to_owned(), generic(path))
        })
        .collect();
    let mut there = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        there.insert((method.to_string(), path.to_owned()));
    }
    for page in leptos_axum::generate_route_list(app::App) {
        there.insert((
            "GET".to_owned(),
            generic(&page.path().replace(":id", "{id}")),
        ));
    }
    for (path, item) in v1::document().paths.paths {
        let operations = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PATCH", item.patch.is_some()),
            ("PUT", item.put.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        for (method, _) in operations.into_iter().filter(|(_, is_there)| *is_there) {
            there.insert((method.to_owned(), path.clone()));
        }
    }
    there.extend(written(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/http"
    ))));
    let missing: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        missing.is_empty(),
        "without a line in the table: {missing:#?}"
    );
    assert!(gone.is_empty(), "with a line, but not there: {gone:#?}");
    site.background.shut_down().await;
}

/// What the sources say of routes: `.route("/api/x", get(…).post(…))`. There is no asking the router.
fn written(folder: &Path) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap().to_owned();
        for route in source.split(".route(\"").skip(1) {
            let (address, rest) = route.split_once('"').unwrap();
            let end = rest.find(".route(").unwrap_or(rest.len());
            let end = end.min(rest.find(".merge(").unwrap_or(end));
            let handlers = &rest[..end.min(rest.find(".layer(").unwrap_or(end))];
            let mut any = false;
            for (word, method) in [
                ("get(", "GET"),
                ("post(", "POST"),
                ("patch(", "PATCH"),
                ("put(", "PUT"),
                ("delete(", "DELETE"),
                ("head(", "HEAD"),
                ("options(", "OPTIONS"),
            ] {
                if handlers.contains(word) {
                    found.insert((method.to_owned(), generic(address)));
                    any = true;
                }
            }
            // A catch-all takes every method; one line stands for it.
            if !any {
                assert!(handlers.contains("any("), "{address}: {handlers}");
                let method = if address.starts_with("/api/fn/") {
                    "POST"
                } else {
                    "GET"
                };
                found.insert((method.to_owned(), address.to_owned()));
            }
        }
    }
    found
}

/// `{conversation}` in the table is `{id}` in the router.
fn generic(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') && !part.starts_with("{*") {
            "{id}".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
