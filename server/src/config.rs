//! Every setting, read once. Nothing else in the program looks at the environment.
//!
//! A setting that is wrong stops the start with one line that names it; one that is missing has a default
//! that works on a laptop. What the environment does not say, a file may: `soundstage.toml` in the folder
//! where Soundstage is started (or `SOUNDSTAGE_CONFIG`), with the same names.

mod connections;
mod network;
mod sign_in;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};
use studio::secrets::{KeyRing, Secret};

use adapters::llm::Provider;
use anyhow::{Context as _, Result, anyhow, bail};

use crate::site_url::SiteUrl;

pub use network::Network;
pub use sign_in::SignIn;

pub const DEFAULT_DATA: &str = "./data";
/// Where there is one.
const DEFAULT_FILE: &str = "soundstage.toml";
pub const DEFAULT_LISTEN: &str = "127.0.0.1:3000";

#[derive(Clone, Debug)]
pub struct Config {
    /// Database, objects and generated keys.
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// The address that people type; without it, `http://localhost:PORT`.
    pub url: Option<SiteUrl>,
    /// Sign-in over plain HTTP from other machines, at the owner's own risk.
    pub insecure_http: bool,
    /// `DATABASE_URL`; without it, SQLite in the data folder.
    pub database: Option<Secret>,
    /// `REDIS_URL`; without it, what is counted stays in this process.
    pub redis: Option<adapters::redis::Address>,
    pub model: Model,
    pub sign_in: SignIn,
    /// What people may connect.
    pub connections: Vec<adapters::grants::Settings>,
    pub network: Network,
    /// `SOUNDSTAGE_KEYS`; without it, the file in the data folder.
    pub keys: Option<KeyRing>,
    pub limits: Limits,
    /// Files that are measured at a time.
    pub workers: usize,
    pub log: String,
    pub site: SiteFolder,
}

/// Which language model answers, and with what key.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub provider: String,
    pub model: Option<String>,
    pub base_url: Option<String>,
    /// From the variable that the provider's own tools read.
    pub key: Option<Secret>,
    /// The owner's own price file.
    pub prices: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one upload.
    pub upload: u64,
    /// Bytes that one person may keep.
    pub quota: u64,
}

/// What `cargo leptos watch` says about the site that it is building.
#[derive(Clone, Debug, Default)]
pub struct SiteFolder {
    pub root: Option<String>,
    pub pkg_dir: Option<String>,
    pub reload_port: Option<u32>,
}

/// The environment, as a value: tests bring their own.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// What the file adds, where there is one; the environment wins.
    pub fn with_file(mut self) -> Result<Self> {
        let named = self.get("SOUNDSTAGE_CONFIG");
        let path = PathBuf::from(named.unwrap_or(DEFAULT_FILE));
        if named.is_none() && !path.exists() {
            return Ok(self);
        }
        let place = || path.display().to_string();
        let text = std::fs::read_to_string(&path).with_context(place)?;
        // (Not its own words alone: they quote the line, which may be a secret.)
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| anyhow!("it is not TOML: {}", error.message()))
            .with_context(place)?;
        for (name, value) in table {
            let value = written(&value).with_context(|| {
                format!(
                    "{}: {name} must be a text, a number, true, false or a list of texts",
                    place()
                )
            })?;
            self.0.entry(name).or_insert(value);
        }
        Ok(self)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Set and not empty: compose files and systemd units like to set things to nothing.
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).and_then(Secret::given)
    }
}

/// As it would stand in the environment.
fn written(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(u8::from(*yes).to_string()),
        toml::Value::Array(several) => {
            let several = several.iter().map(|one| one.as_str().map(str::to_owned));
            Some(several.collect::<Option<Vec<_>>>()?.join(","))
        }
        _ => None,
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

impl Config {
    /// The command line wins over the environment.
    pub fn read(
        environment: &Environment,
        data: Option<PathBuf>,
        listen: Option<&str>,
    ) -> Result<Self> {
        let it = environment;
        let listen = listen
            .or_else(|| it.get("SOUNDSTAGE_LISTEN"))
            .unwrap_or(DEFAULT_LISTEN);
        let insecure_http = flag(it, "SOUNDSTAGE_INSECURE_HTTP")?;
        let url = it
            .get("SOUNDSTAGE_URL")
            .map(SiteUrl::parse)
            .transpose()
            .context("SOUNDSTAGE_URL")?;
        if let Some(url) = &url
            && !url.is_https()
            && !url.is_loopback()
            && !insecure_http
        {
            bail!(
                "SOUNDSTAGE_URL is plain http on {}: everybody on the way could read passwords. Use https, or set \
                 SOUNDSTAGE_INSECURE_HTTP=1 if you trust that network",
                url.host()
            );
        }
        Ok(Self {
            data: data
                .or_else(|| it.text("SOUNDSTAGE_DATA").map(PathBuf::from))
                .unwrap_or_else(|| DEFAULT_DATA.into()),
            listen: address(listen)?,
            sign_in: sign_in::read(it, url.as_ref())?,
            connections: connections::read(it)?,
            network: network::read(it)?,
            keys: it
                .get("SOUNDSTAGE_KEYS")
                .map(KeyRing::parse)
                .transpose()
                .context("SOUNDSTAGE_KEYS")?,
            url,
            insecure_http,
            database: it.secret("DATABASE_URL"),
            redis: it
                .get("REDIS_URL")
                .map(adapters::redis::Address::parse)
                .transpose()
                .context("REDIS_URL")?,
            model: model(it)?,
            limits: Limits {
                upload: bytes(it, "SOUNDSTAGE_MAX_UPLOAD", 2 << 30)?,
                quota: bytes(it, "SOUNDSTAGE_QUOTA", 50 << 30)?,
            },
            workers: workers(it)?,
            log: it.get("RUST_LOG").unwrap_or("info").to_owned(),
            site: SiteFolder {
                root: it.text("LEPTOS_SITE_ROOT"),
                pkg_dir: it.text("LEPTOS_SITE_PKG_DIR"),
                reload_port: it
                    .get("LEPTOS_RELOAD_PORT")
                    .and_then(|port| port.parse().ok()),
            },
        })
    }

    pub fn is_on_postgres(&self) -> bool {
        self.database
            .as_ref()
            .is_some_and(|url| url.reveal().starts_with("postgres"))
    }

    /// The address for links, once the port is known.
    pub fn site_url(&self, port: u16) -> SiteUrl {
        self.url.clone().unwrap_or_else(|| SiteUrl::local(port))
    }
}

fn model(environment: &Environment) -> Result<Model> {
    let provider = environment
        .get("LLM_PROVIDER")
        .unwrap_or("house")
        .to_lowercase();
    let known = Provider::named(&provider).context("LLM_PROVIDER")?;
    Ok(Model {
        provider,
        model: environment.text("LLM_MODEL"),
        base_url: environment.text("LLM_BASE_URL"),
        key: known.and_then(|provider| environment.secret(provider.key_variable())),
        prices: environment.text("LLM_PRICES").map(PathBuf::from),
    })
}

fn address(text: &str) -> Result<SocketAddr> {
    let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
    match numeric.parse() {
        Ok(address) => Ok(address),
        Err(_) => bail!(
            "SOUNDSTAGE_LISTEN (--listen) is {text:?}; it must be an address and a port: {DEFAULT_LISTEN}"
        ),
    }
}

fn flag(environment: &Environment, name: &str) -> Result<bool> {
    match environment.get(name).map(str::to_lowercase).as_deref() {
        None | Some("0" | "false" | "no" | "off") => Ok(false),
        Some("1" | "true" | "yes" | "on") => Ok(true),
        Some(other) => bail!("{name} is {other:?}; it must be 1 or 0"),
    }
}

/// Between commas or spaces.
fn list(it: &Environment, name: &str) -> Vec<String> {
    let text = it.get(name).unwrap_or_default();
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `2147483648`, `500MB`, `2 GiB`: always powers of 1024, as file managers count.
fn bytes(environment: &Environment, name: &str, default: u64) -> Result<u64> {
    let Some(text) = environment.get(name) else {
        return Ok(default);
    };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let shift = match text[digits.len()..].trim().to_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => 64,
    };
    let parsed = digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(1_u64.checked_shl(shift)?));
    match parsed {
        Some(count) if count > 0 => Ok(count),
        _ => bail!("{name} is {text:?}; it must be a size such as 500MB or 2GiB"),
    }
}

/// Half of the processors: the other half answers people meanwhile.
fn workers(environment: &Environment) -> Result<usize> {
    let Some(text) = environment.get("SOUNDSTAGE_WORKERS") else {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        return Ok((processors / 2).clamp(1, 8));
    };
    match text.parse() {
        Ok(count @ 1..=64) => Ok(count),
        _ => bail!("SOUNDSTAGE_WORKERS is {text:?}; it must be a number from 1 to 64"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<Config> {
        Config::read(&pairs.into(), None, None)
    }

    #[test]
    fn nothing_need_be_set() {
        let config = read([]).expect("defaults");
        assert_eq!(config.listen, DEFAULT_LISTEN.parse().expect("an address"));
        assert_eq!(
            (config.model.provider.as_str(), config.limits.upload),
            ("house", 2 << 30)
        );
        assert_eq!(config.site_url(3000).to_string(), "http://localhost:3000");
    }

    #[test]
    fn the_command_line_wins() {
        let environment = [
            ("SOUNDSTAGE_DATA", "/a"),
            ("SOUNDSTAGE_LISTEN", "127.0.0.1:1"),
        ]
        .into();
        let config =
            Config::read(&environment, Some("/b".into()), Some("localhost:2")).expect("read");
        assert_eq!(
            (config.data, config.listen.port()),
            (PathBuf::from("/b"), 2)
        );
    }

    #[test]
    fn what_is_wrong_is_named_in_one_line() {
        for (name, value) in [
            ("SOUNDSTAGE_LISTEN", "3000"),
            ("SOUNDSTAGE_URL", "studio.example.com"),
            ("SOUNDSTAGE_URL", "http://studio.example.com"),
            ("SOUNDSTAGE_INSECURE_HTTP", "maybe"),
            ("SOUNDSTAGE_MAX_UPLOAD", "lots"),
            ("SOUNDSTAGE_QUOTA", "99999999999 TiB"),
            ("SOUNDSTAGE_WORKERS", "0"),
            ("LLM_PROVIDER", "parrot"),
            ("REDIS_URL", "localhost:6379"),
        ] {
            let error = format!("{:#}", read([(name, value)]).expect_err("refused"));
            assert!(error.contains(name) && !error.contains('\n'), "{error}");
        }
        read([
            ("SOUNDSTAGE_URL", "http://studio.example.com"),
            ("SOUNDSTAGE_INSECURE_HTTP", "1"),
        ])
        .expect("allowed");
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("1024", 1024),
            ("500MB", 500 << 20),
            ("2 GiB", 2 << 30),
            ("1t", 1 << 40),
        ] {
            assert_eq!(
                read([("SOUNDSTAGE_MAX_UPLOAD", text)])
                    .expect("read")
                    .limits
                    .upload,
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_says_what_the_environment_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("studio.toml");
        let path = path.to_str().expect("text");
        let with = |text: &str| {
            std::fs::write(path, text).expect("written");
            let environment: Environment =
                [("SOUNDSTAGE_CONFIG", path), ("LLM_MODEL", "mine")].into();
            Config::read(&environment.with_file()?, None, None)
        };
        let config = with(
            "SOUNDSTAGE_WORKERS = 3\nSOUNDSTAGE_INSECURE_HTTP = true\nLLM_MODEL = 'other'\n\
             CLERK_PUBLISHABLE_KEY = 'pk_test_x'\nCLERK_ORIGINS = ['https://a.org', 'https://b.org']",
        );
        let config = config.expect("read");
        assert_eq!((config.workers, config.insecure_http), (3, true));
        assert_eq!(config.model.model.as_deref(), Some("mine"));
        assert!(format!("{:?}", config.sign_in).contains("b.org"));
        for (text, named) in [
            ("SOUNDSTAGE_WORKERS = 0", "SOUNDSTAGE_WORKERS"),
            ("DATABASE_URL = { password = 'hush' }", "DATABASE_URL"),
            ("GOOGLE_CLIENT_SECRET = 'hush", "studio.toml"),
        ] {
            let error = format!("{:#}", with(text).expect_err("refused"));
            assert!(error.contains(named) && !error.contains("hush"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
        let missing: Environment = [("SOUNDSTAGE_CONFIG", "/nowhere/s.toml")].into();
        let error = format!("{:#}", missing.with_file().expect_err("refused"));
        assert!(error.contains("/nowhere/s.toml"), "{error}");
    }

    #[test]
    fn secrets_do_not_show() {
        let config = read([
            ("DATABASE_URL", "postgres://u:hush@h/d"),
            ("REDIS_URL", "redis://:hush@h/1"),
            ("LLM_PROVIDER", "OpenAI"),
            ("OPENAI_API_KEY", "sk-hush"),
            ("ANTHROPIC_API_KEY", "of another"),
        ])
        .expect("read");
        assert!(!format!("{config:?}").contains("hush"));
        assert_eq!(config.model.key.expect("set").reveal(), "sk-hush");
    }
}
