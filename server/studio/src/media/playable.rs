//! Copies for browsers, of what they cannot play.

use std::{io, ops::ControlFlow};

use bytes::Bytes;
use contract::{AssetId, report::FileInfo};
use futures::StreamExt;
use store::{media as rows, media::Asset};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Media, MediaError, ObjectKey,
    measure::{Cut, broke, cut},
    uploads::{signed, unsigned},
};
use crate::{Actor, jobs::Lease};

/// Large enough that disk and decoder seldom wait for each other.
const CHUNK: usize = 256 << 10;
const CHUNKS_BETWEEN: usize = 4;

/// What a browser is told; by what was seen in the file, never by its name.
pub(super) fn mime(info: &FileInfo) -> &'static str {
    match (info.container.as_str(), info.codec.as_str()) {
        (_, "alac") => "audio/x-alac",
        ("wav", _) => "audio/wav",
        ("flac", _) => "audio/flac",
        ("mp3", _) => "audio/mpeg",
        ("m4a", _) => "audio/mp4",
        ("aac" | "adts", _) => "audio/aac",
        ("ogg", _) => "audio/ogg",
        ("aiff" | "aifc", _) => "audio/aiff",
        // RF64 is WAV to people, but not to browsers.
        ("rf64", _) => "audio/x-rf64",
        _ => "application/octet-stream",
    }
}

pub(super) fn by_browsers(mime: &str) -> bool {
    matches!(
        mime,
        "audio/wav" | "audio/flac" | "audio/mpeg" | "audio/mp4" | "audio/aac" | "audio/ogg"
    )
}

impl Media {
    /// Does a job of the kind [`RENDER`](super::RENDER), to its end in the table.
    pub async fn make_playable(&self, lease: &Lease) -> Result<(), MediaError> {
        let id = AssetId(lease.claimed.job.subject);
        let ended = match self.own_asset(&Actor::System, id).await {
            Ok(asset) => self.render(lease, &asset).await,
            Err(error) => Err(cut(error)),
        };
        self.settle(lease, ended).await
    }

    async fn render(&self, lease: &Lease, asset: &Asset) -> Result<(), Cut> {
        let (chunks, content) = mpsc::channel::<io::Result<Bytes>>(CHUNKS_BETWEEN);
        let open = || async {
            let file = self
                .0
                .objects
                .local(ObjectKey::Original(asset.id))
                .await
                .map_err(|error| cut(error.into()))?;
            Ok(audio::Source::new(
                asset.name.clone(),
                file,
                unsigned(asset.size),
            ))
        };
        let (to_count, to_render) = (open().await?, open().await?);
        let token = lease.token().clone();
        let work = tokio::task::spawn_blocking(move || write(to_count, to_render, chunks, &token));
        let content = tokio_stream(content);
        let stored = self
            .0
            .objects
            .put(ObjectKey::Playable(asset.id), content)
            .await;
        // The decoder's own words come before the store's, which only says that the stream broke.
        if let Err(error) = work.await.map_err(|error| broke(&error.into()))? {
            return Err(lease
                .stopped()
                .map_or_else(|| cut(error.into()), Cut::Stopped));
        }
        let size = stored.map_err(|error| cut(error.into()))?;
        let keep = async {
            let mut tx = self.0.store.begin(&Actor::System).await?;
            rows::set_rendition(&mut tx, asset.id, "audio/wav", signed(size)).await?;
            self.0.jobs.complete(&mut tx, &lease.claimed).await?;
            tx.commit().await?;
            Ok(())
        };
        keep.await.map_err(cut)
    }
}

fn write(
    to_count: audio::Source,
    to_render: audio::Source,
    chunks: mpsc::Sender<io::Result<Bytes>>,
    stop: &CancellationToken,
) -> Result<(), audio::Error> {
    let mut go = |_| {
        if stop.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let file = audio::count(to_count, &mut go)?;
    let depth = file.bits_per_sample.unwrap_or(16);
    let format = if depth > 16 {
        audio::Format::Pcm24
    } else {
        audio::Format::Pcm16
    };
    let mut pipe = Pipe {
        chunks,
        buffer: Vec::with_capacity(CHUNK),
    };
    match audio::render(to_render, file.frames, &mut pipe, format, &mut go) {
        Ok(()) => Ok(pipe.send()?),
        Err(error) => {
            // Half a copy must not be stored.
            let _ = pipe
                .chunks
                .blocking_send(Err(io::Error::other("the rendition broke off")));
            Err(error)
        }
    }
}

fn tokio_stream(mut chunks: mpsc::Receiver<io::Result<Bytes>>) -> super::ByteStream {
    futures::stream::poll_fn(move |context| chunks.poll_recv(context)).boxed()
}

/// From a thread that writes to a task that stores.
struct Pipe {
    chunks: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Pipe {
    fn send(&mut self) -> io::Result<()> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.chunks
            .blocking_send(Ok(full.into()))
            .map_err(|_| io::Error::other("nobody stores the rendition"))
    }
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
