//! Everything that is somebody's, in one archive, to keep or to take elsewhere.
//!
//! It is written while it is sent, one thing after the other, so that it takes no room here, however large
//! the files are. An archive that breaks off lacks its directory, so that nobody takes it for whole.
//!
//! Each holds a thread for as long as somebody reads it, so there are few at once, and none that is not read.

use std::{
    io::{self, Write},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{ApiError, ErrorCode, accounts::Scope};
use futures::TryStreamExt as _;
use serde::Serialize;
use studio::{Actor, Studio};
use tokio::{
    io::{AsyncWriteExt as _, BufWriter, DuplexStream},
    runtime::Handle,
    sync::Semaphore,
    time::timeout,
};
use tokio_util::io::ReaderStream;
use utoipa_axum::{router::OpenApiRouter, routes};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::super::{AppState, Failure, session::Caller};

const BUFFER: usize = 256 << 10;
/// With a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Room for so many exports at once.
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Everything that is one's own as a ZIP archive: profile, sessions and tokens, conversations, files and
/// what was measured of them. Scopes: `account`, `chat:read` and `media:read`.
#[utoipa::path(get, path = "/api/v1/me/export", tag = "accounts", responses((status = 200, body = [u8], content_type = "application/zip")))]
async fn export(State(state): State<AppState>, Caller(actor): Caller) -> Result<Response, Failure> {
    // Before the answer begins; from then on it could only break off.
    for scope in [Scope::Account, Scope::ChatRead, Scope::MediaRead] {
        actor.may(scope)?;
    }
    let Ok(place) = state.edge.exports.0.clone().try_acquire_owned() else {
        let sentence =
            "Others take their things along right now. Wait a few minutes, then try again.";
        return Err(Failure(ApiError::new(ErrorCode::TooManyRequests, sentence)));
    };
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let reader = Reader {
            pipe: Some(BufWriter::with_capacity(BUFFER, ours)),
            runtime: runtime.clone(),
        };
        let archive = Archive {
            zip: ZipWriter::new_stream(reader),
            runtime,
        };
        if let Err(cause) = archive.write(&state.studio, &actor) {
            tracing::warn!(%cause, "an export broke off");
        }
    });
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"soundstage-export.zip\"",
            ),
        ],
        Body::from_stream(ReaderStream::with_capacity(theirs, BUFFER)),
    )
        .into_response())
}

/// Who reads the archive, seen from a thread that may wait for them.
struct Reader {
    /// None once they went away, or took nothing for too long: the archive's end is not waited for again.
    pipe: Option<BufWriter<DuplexStream>>,
    runtime: Handle,
}

impl Reader {
    fn wait<T>(
        &mut self,
        act: impl AsyncFnOnce(&mut BufWriter<DuplexStream>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut pipe = self.pipe.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let done = async { timeout(PATIENCE, act(&mut pipe)).await? };
        let done = self.runtime.block_on(done)?;
        self.pipe = Some(pipe);
        Ok(done)
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(async |pipe| pipe.write(bytes).await)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wait(async |pipe| pipe.flush().await)
    }
}

struct Archive {
    zip: ZipWriter<zip::write::StreamWriter<Reader>>,
    runtime: Handle,
}

impl Archive {
    fn write(mut self, studio: &Studio, actor: &Actor) -> Result<()> {
        let runtime = self.runtime.clone();
        let accounts = &studio.accounts;
        self.json("profile", &runtime.block_on(accounts.profile(actor))?)?;
        self.json("sessions", &runtime.block_on(accounts.sessions(actor))?)?;
        self.json("tokens", &runtime.block_on(accounts.tokens(actor))?)?;
        self.json("ways_in", &runtime.block_on(accounts.identities(actor))?)?;
        self.json("passkeys", &runtime.block_on(accounts.passkeys(actor))?)?;
        self.json(
            "connections",
            &runtime.block_on(studio.connections.list(actor))?,
        )?;
        for id in runtime.block_on(studio.chat.all(actor))? {
            let conversation = runtime.block_on(studio.chat.open(actor, id))?;
            self.json(&format!("conversations/{id}"), &conversation)?;
            let branches = runtime.block_on(studio.chat.export(actor, id))?;
            self.json(&format!("branches/{id}"), &branches)?;
        }
        let mut before = None;
        loop {
            let page = runtime.block_on(studio.media.list(actor, before))?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            for asset in page {
                if asset.measuring.summary.is_some() {
                    let report = runtime.block_on(studio.media.report(actor, asset.id, None))?;
                    self.json(&format!("analyses/{}", asset.id), &report)?;
                }
                let content = runtime.block_on(studio.media.original(actor, asset.id))?;
                let bytes = runtime.block_on(studio.media.read(&content, 0..content.size))?;
                let name = format!("files/{}-{}", asset.id, harmless(&content.name));
                // Sound does not get smaller, and may be of any size.
                let stored = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Stored)
                    .large_file(true);
                self.zip.start_file(name, stored)?;
                let mut bytes = pin!(bytes);
                while let Some(piece) = runtime.block_on(bytes.try_next())? {
                    self.zip.write_all(&piece)?;
                }
            }
        }
        Ok(self.zip.finish()?.into_inner().flush()?)
    }

    fn json(&mut self, name: &str, content: &impl Serialize) -> Result<()> {
        let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(format!("{name}.json"), packed)?;
        serde_json::to_writer_pretty(&mut self.zip, content).map_err(io::Error::from)?;
        Ok(())
    }
}

/// A name that is one file's on any system, and leads nowhere.
fn harmless(name: &str) -> String {
    let safe = |c: char| {
        if c.is_control() || "/\\:*?\"<>|".contains(c) {
            '_'
        } else {
            c
        }
    };
    name.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_name_leads_nowhere() {
        assert_eq!(harmless("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(harmless("a\\b:c\n.wav"), "a_b_c_.wav");
    }
}
