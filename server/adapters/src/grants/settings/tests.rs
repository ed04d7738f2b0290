use studio::accounts::grants::ClientAuth;

use super::*;
use crate::grants::check;

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn custom() -> Settings {
    let text = |text: &str| Some(text.to_owned());
    Settings {
        name: text("house-of-sound"),
        label: text("House of Sound"),
        authorize_url: text("https://id.sound.example/authorize"),
        token_url: text("https://id.sound.example/token"),
        client_id: text("abc"),
        client_secret: Some(Secret::new("hunter2")),
        scopes: Some(vec!["read".to_owned(), "tracks:write".to_owned()]),
        extra_authorize: Some([("audience".to_owned(), "api".to_owned())].into()),
        client_auth: Some(ClientAuth::Body),
        profile_url: text("https://id.sound.example/me"),
        profile_label: text("/user/name"),
        grant_lasts_days: Some(30),
        ..Settings::default()
    }
}

#[test]
fn the_presets_are_right_and_lack_only_who_we_are() {
    assert_eq!(Settings::presets(), ["spotify", "google"]);

    let spotify = Settings::known("spotify", "id", None)
        .spec()
        .expect("whole");
    assert_eq!(
        (spotify.name.as_str(), spotify.label.as_str()),
        ("spotify", "Spotify")
    );
    assert_eq!(spotify.client_auth, ClientAuth::Basic);
    assert_eq!(spotify.grant_lasts_days, Some(180));
    assert_eq!(check(&spotify), []);

    let secret = Some(Secret::new("GOCSPX"));
    let google = Settings::known("google", "id", secret)
        .spec()
        .expect("whole");
    assert_eq!(google.profile_label, "/email");
    let offline = ("access_type".to_owned(), "offline".to_owned());
    let consent = ("prompt".to_owned(), "consent".to_owned());
    assert_eq!(google.extra_authorize, [offline, consent]);

    for preset in ["spotify", "google"] {
        let bare = Settings {
            preset: Some(preset.to_owned()),
            client_secret: Some(Secret::new("  ")),
            ..Settings::default()
        };
        let mut expected = vec![format!("connection \"{preset}\": client_id is missing")];
        if preset == "google" {
            expected.push(
                "connection \"google\": client_secret is missing: this provider asks for one"
                    .to_owned(),
            );
        }
        assert_eq!(lines(&bare.spec().expect_err("nobody")), expected);
    }
}

#[test]
fn a_provider_that_nobody_knows_is_data_alone() {
    let spec = custom().spec().expect("whole");
    assert_eq!(spec.label, "House of Sound");
    assert_eq!(spec.client_auth, ClientAuth::Body);
    assert_eq!(spec.scopes, ["read", "tracks:write"]);
    assert_eq!(spec.revoke_url, None);
    assert!(!format!("{spec:?}").contains("hunter2"));
    assert!(!format!("{:?}", custom()).contains("hunter2"));
}

#[test]
fn what_stands_beside_a_preset_wins() {
    let own = Settings {
        name: Some("google-drive".to_owned()),
        label: Some(String::new()),
        scopes: Some(vec!["drive.file".to_owned()]),
        client_auth: Some(ClientAuth::Basic),
        ..Settings::known("google", "id", Some(Secret::new("s")))
    };
    let spec = own.spec().expect("whole");
    assert_eq!(spec.name, "google-drive");
    // Set to nothing is not set.
    assert_eq!(spec.label, "Google");
    assert_eq!(spec.scopes, ["drive.file"]);
    assert_eq!(spec.client_auth, ClientAuth::Basic);
    assert_eq!(spec.token_url, "https://oauth2.googleapis.com/token");
}

#[test]
fn each_wrong_setting_has_its_line() {
    type Change = fn(&mut Settings);
    let cases: [(Change, &str); 19] = [
        (
            |it| it.name = Some("House".to_owned()),
            "name must be lower-case letters, digits and hyphens, at most 32, a letter first",
        ),
        (
            |it| it.label = Some("x".repeat(61)),
            "label must be a name of at most 60 letters",
        ),
        (|it| it.token_url = None, "token_url is missing"),
        (
            |it| it.authorize_url = Some("id.sound.example".to_owned()),
            "authorize_url must be an address, https://…",
        ),
        (
            |it| it.token_url = Some("http://id.sound.example/token".to_owned()),
            "token_url must be https (plain http only on this machine)",
        ),
        (
            |it| it.token_url = Some("http://localhost.evil.example/".to_owned()),
            "token_url must be https (plain http only on this machine)",
        ),
        (
            |it| it.token_url = Some("file:///etc/passwd".to_owned()),
            "token_url must be https (plain http only on this machine)",
        ),
        (
            |it| it.revoke_url = Some("https://me:pw@id.sound.example".to_owned()),
            "revoke_url must have no user name or password in it",
        ),
        (
            |it| it.manage_url = Some("https://id.sound.example/#apps".to_owned()),
            "manage_url must have no # in it",
        ),
        (
            |it| it.profile_url = Some("javascript:alert(1)".to_owned()),
            "profile_url must be https (plain http only on this machine)",
        ),
        (
            |it| it.profile_label = None,
            "profile_label must be a JSON pointer into the profile, such as /email",
        ),
        (
            |it| it.profile_label = Some("email".to_owned()),
            "profile_label must be a JSON pointer into the profile, such as /email",
        ),
        (
            |it| it.client_id = Some("two words".to_owned()),
            "client_id must be the id that the provider has given, without spaces",
        ),
        (
            |it| it.scopes = Some(vec!["read write".to_owned()]),
            "scopes must be a list of words, each without spaces or quotes",
        ),
        (
            |it| it.scopes = Some(vec![String::new()]),
            "scopes must be a list of words, each without spaces or quotes",
        ),
        (
            |it| it.extra_authorize = Some([("state".to_owned(), "1".to_owned())].into()),
            "extra_authorize must not set what the flow itself sets (state, scope, client_id, …)",
        ),
        (
            |it| it.grant_lasts_days = Some(0),
            "grant_lasts_days must be between 1 and 3650",
        ),
        (
            |it| it.preset = Some("myspace".to_owned()),
            "preset is none of: spotify, google",
        ),
        (
            |it| it.client_id = Some(" ".to_owned()),
            "client_id is missing",
        ),
    ];
    for (change, line) in cases {
        let mut settings = custom();
        change(&mut settings);
        let name = settings.name.clone().expect("a name");
        let problems = settings.spec().expect_err(line);
        assert_eq!(lines(&problems), [format!("connection {name:?}: {line}")]);
    }
    for loopback in [
        "http://127.0.0.1:9/t",
        "http://[::1]:9/t",
        "http://localhost:9/t",
    ] {
        let settings = Settings {
            token_url: Some(loopback.to_owned()),
            ..custom()
        };
        assert!(settings.spec().is_ok(), "{loopback}");
    }
    // All of them at once, and nothing of the values.
    let wrong = Settings {
        token_url: Some("hunter2".to_owned()),
        client_id: Some("hunter2 hunter2".to_owned()),
        grant_lasts_days: Some(9_999),
        ..custom()
    };
    let problems = lines(&wrong.spec().expect_err("three"));
    assert_eq!(problems.len(), 3);
    assert!(
        problems
            .iter()
            .all(|it| it.lines().count() == 1 && !it.contains("hunter2"))
    );
    let nobody = lines(&Settings::default().spec().expect_err("no name"));
    assert_eq!(nobody, ["connection \"?\": name is missing"]);
}
