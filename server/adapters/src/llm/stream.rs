//! One answer, asked for as often as it takes until its first word.

use std::{collections::VecDeque, sync::Arc};

use futures::{StreamExt, stream, stream::BoxStream};
use genai::chat::{ChatRequest, ChatStream, ChatStreamEvent, StopReason, StreamEnd};
use studio::chat::{ModelError, Piece};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Inner, failure::Failure};

pub(super) fn answer(
    inner: Arc<Inner>,
    request: ChatRequest,
) -> BoxStream<'static, Result<Piece, ModelError>> {
    let answer = Answer {
        inner,
        request,
        attempt: 0,
        open: None,
        has_text: false,
        ready: VecDeque::new(),
        is_over: false,
    };
    stream::unfold(answer, |mut answer| async move {
        let item = answer.next().await?;
        Some((item, answer))
    })
    .boxed()
}

struct Answer {
    inner: Arc<Inner>,
    request: ChatRequest,
    /// How often it was asked for before.
    attempt: u32,
    open: Option<Open>,
    /// From the first word on nothing is asked again: it would be said twice.
    has_text: bool,
    ready: VecDeque<Piece>,
    is_over: bool,
}

/// A stream of the vendor's.
struct Open {
    stream: ChatStream,
    asked_at: Instant,
    /// It has shown a sign of life, if only thoughts.
    has_begun: bool,
}

impl Answer {
    async fn next(&mut self) -> Option<Result<Piece, ModelError>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(Ok(piece));
            }
            if self.is_over {
                return None;
            }
            if let Err(failure) = self.step().await
                && let Err(error) = self.after(failure).await
            {
                self.is_over = true;
                return Some(Err(error));
            }
        }
    }

    /// Takes what comes next, or begins.
    async fn step(&mut self) -> Result<(), Failure> {
        let Some(open) = &mut self.open else {
            let inner = &self.inner;
            let asked = inner.client.exec_chat_stream(
                inner.target.clone(),
                self.request.clone(),
                Some(&inner.options),
            );
            let response = asked.await.map_err(|error| Failure::of(&error))?;
            self.open = Some(Open {
                stream: response.stream,
                asked_at: Instant::now(),
                has_begun: false,
            });
            return Ok(());
        };
        let (deadline, what) = if open.has_begun {
            (
                Instant::now() + self.inner.timeouts.stall,
                "nothing more came",
            )
        } else {
            (
                open.asked_at + self.inner.timeouts.first_token,
                "nothing came",
            )
        };
        let event = match timeout_at(deadline, open.stream.next()).await {
            Err(_) => return Err(Failure::slow(what)),
            Ok(None) => return Err(Failure::cut()),
            Ok(Some(event)) => event.map_err(|error| Failure::of(&error))?,
        };
        match event {
            ChatStreamEvent::Chunk(chunk) => {
                open.has_begun = true;
                if !chunk.content.is_empty() {
                    self.has_text = true;
                    self.ready.push_back(Piece::Text(chunk.content));
                }
            }
            ChatStreamEvent::ReasoningChunk(_)
            | ChatStreamEvent::ThoughtSignatureChunk(_)
            | ChatStreamEvent::ToolCallChunk(_) => {
                open.has_begun = true;
            }
            ChatStreamEvent::Start | ChatStreamEvent::Heartbeat => {}
            ChatStreamEvent::End(end) => self.end(&end)?,
        }
        Ok(())
    }

    fn end(&mut self, end: &StreamEnd) -> Result<(), Failure> {
        // genai ends a Gemini stream by itself when the line goes dead; then there is no reason.
        let Some(reason) = &end.captured_stop_reason else {
            return Err(Failure::cut());
        };
        if let Some(usage) = &end.captured_usage {
            let count = |tokens: Option<i32>| i64::from(tokens.unwrap_or(0).max(0));
            self.ready.push_back(Piece::Usage {
                tokens_in: count(usage.prompt_tokens),
                tokens_out: count(usage.completion_tokens),
            });
        }
        if matches!(reason, StopReason::ContentFilter(_)) {
            return Err(Failure::filtered());
        }
        if !self.has_text {
            self.ready.clear();
            return Err(Failure::empty());
        }
        self.open = None;
        self.is_over = true;
        Ok(())
    }

    /// Waits for another attempt, or says why there is none.
    async fn after(&mut self, failure: Failure) -> Result<(), ModelError> {
        self.open = None;
        self.attempt += 1;
        let detail = self
            .inner
            .key
            .as_ref()
            .map_or_else(|| failure.detail.clone(), |key| key.redact(&failure.detail));
        let detail: String = detail.chars().take(400).collect();
        let delay = if self.has_text || !failure.may_pass() {
            None
        } else {
            self.inner.backoff.delay(self.attempt, failure.retry_after)
        };
        let Some(delay) = delay else {
            tracing::warn!(
                attempt = self.attempt,
                has_text = self.has_text,
                detail,
                "the language model failed"
            );
            return Err(failure.into_error());
        };
        tracing::info!(
            attempt = self.attempt,
            ?delay,
            detail,
            "asking the language model again"
        );
        sleep(delay).await;
        Ok(())
    }
}
