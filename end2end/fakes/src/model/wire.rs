//! The vendors' wire formats, as far as a chat uses them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Request, script::Script};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    OpenAi,
    Anthropic,
    Gemini,
    Ollama,
}

pub(super) fn read_openai(body: &Value) -> Request {
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    Request {
        model: text(&body["model"]),
        stream: body["stream"].as_bool().unwrap_or(false),
        prompt: messages
            .iter()
            .map(|message| content(&message["content"]))
            .collect::<Vec<_>>()
            .join("\n"),
        written: written(messages, "assistant", "content"),
        include_usage: body["stream_options"]["include_usage"]
            .as_bool()
            .unwrap_or(false),
    }
}

pub(super) fn read_anthropic(body: &Value) -> Request {
    let request = read_openai(body);
    let prompt = format!("{}\n{}", content(&body["system"]), request.prompt);
    Request {
        prompt,
        include_usage: true,
        ..request
    }
}

pub(super) fn read_gemini(model: &str, stream: bool, body: &Value) -> Request {
    let contents = body["contents"].as_array().map_or(&[][..], Vec::as_slice);
    let mut prompt = content(&body["systemInstruction"]["parts"]);
    prompt.push_str(&content(&body["system_instruction"]["parts"]));
    for message in contents {
        prompt.push('\n');
        prompt.push_str(&content(&message["parts"]));
    }
    Request {
        model: model.to_owned(),
        stream,
        prompt,
        written: written(contents, "model", "parts"),
        include_usage: true,
    }
}

pub(super) fn read_ollama(body: &Value) -> Request {
    let request = read_openai(body);
    // It streams unless told otherwise.
    Request {
        stream: body["stream"].as_bool().unwrap_or(true),
        include_usage: true,
        ..request
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A string, or parts with text among them.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .map(|part| text(&part["text"]))
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}

/// The last answer, where a request to go on follows it.
fn written(messages: &[Value], role: &str, field: &str) -> String {
    let [.., answer, last] = messages else {
        return String::new();
    };
    let asks = content(&last[field]).contains("Go on exactly");
    if asks && answer["role"] == role {
        content(&answer[field])
    } else {
        String::new()
    }
}

impl Wire {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Ollama => "application/x-ndjson",
            _ => "text/event-stream",
        }
    }

    pub(super) fn error(self, status: u16, message: &str) -> Value {
        match self {
            Self::OpenAi => json!({"error": {"message": message, "type": "fake", "code": null}}),
            Self::Anthropic => {
                json!({"type": "error", "error": {"type": "api_error", "message": message}})
            }
            Self::Gemini => {
                json!({"error": {"code": status, "message": message, "status": "FAKE"}})
            }
            Self::Ollama => json!({"error": message}),
        }
    }

    /// What comes before the first word.
    pub(super) fn opening(self, request: &Request, script: &Script) -> Bytes {
        match self {
            Self::OpenAi => sse(&openai_chunk(&request.model, &json!({"role": "assistant", "content": ""}), None)),
            Self::Anthropic => [
                named(
                    "message_start",
                    &json!({"type": "message_start", "message": {"id": "msg_fake", "type": "message", "role": "assistant", "model": request.model,
                        "content": [], "stop_reason": null, "usage": {"input_tokens": script.tokens_in, "output_tokens": 1}}}),
                ),
                named("content_block_start", &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
                named("ping", &json!({"type": "ping"})),
            ]
            .concat()
            .into(),
            Self::Gemini | Self::Ollama => Bytes::new(),
        }
    }

    pub(super) fn chunk(self, model: &str, piece: &str) -> Bytes {
        match self {
            // Written out by hand: the benchmark asks for six thousand of these a second.
            Self::OpenAi => format!(
                "data: {{\"id\":\"fake\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":{},\"choices\":[{{\"index\":0,\
                 \"delta\":{{\"content\":{}}},\"finish_reason\":null}}]}}\n\n",
                Value::from(model),
                Value::from(piece)
            )
            .into(),
            Self::Anthropic => named(
                "content_block_delta",
                &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}),
            )
            .into(),
            Self::Gemini => sse(&json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": piece}]}}], "modelVersion": model})),
            Self::Ollama => line(&json!({"model": model, "message": {"role": "assistant", "content": piece}, "done": false})),
        }
    }

    /// What comes after the last word.
    pub(super) fn ending(self, request: &Request, script: &Script) -> Bytes {
        let (tokens_in, tokens_out) = (script.tokens_in, script.pieces.len());
        match self {
            Self::OpenAi => {
                let mut ending = sse(&openai_chunk(&request.model, &json!({}), Some("stop"))).to_vec();
                if request.include_usage {
                    ending.extend_from_slice(&sse(&json!({"id": "fake", "object": "chat.completion.chunk", "created": 0, "model": request.model,
                        "choices": [], "usage": usage(tokens_in, tokens_out)})));
                }
                ending.extend_from_slice(b"data: [DONE]\n\n");
                ending.into()
            }
            Self::Anthropic => [
                named("content_block_stop", &json!({"type": "content_block_stop", "index": 0})),
                named(
                    "message_delta",
                    &json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": tokens_out}}),
                ),
                named("message_stop", &json!({"type": "message_stop"})),
            ]
            .concat()
            .into(),
            Self::Gemini => sse(&json!({
                "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": tokens_in, "candidatesTokenCount": tokens_out, "totalTokenCount": tokens_in + tokens_out}
            })),
            Self::Ollama => line(&json!({"model": request.model, "message": {"role": "assistant", "content": ""}, "done": true,
                "done_reason": "stop", "prompt_eval_count": tokens_in, "eval_count": tokens_out})),
        }
    }

    /// The whole answer at once.
    pub(super) fn whole(self, request: &Request, script: &Script) -> Value {
        let text = script.text();
        let (tokens_in, tokens_out) = (script.tokens_in, script.pieces.len());
        match self {
            Self::OpenAi => {
                json!({"id": "fake", "object": "chat.completion", "created": 0, "model": request.model,
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": usage(tokens_in, tokens_out)})
            }
            Self::Anthropic => {
                json!({"id": "msg_fake", "type": "message", "role": "assistant", "model": request.model,
                "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
                "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out}})
            }
            Self::Gemini => json!({
                "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": tokens_in, "candidatesTokenCount": tokens_out, "totalTokenCount": tokens_in + tokens_out}}),
            Self::Ollama => {
                json!({"model": request.model, "message": {"role": "assistant", "content": text}, "done": true, "done_reason": "stop",
                "prompt_eval_count": tokens_in, "eval_count": tokens_out})
            }
        }
    }
}

fn usage(tokens_in: usize, tokens_out: usize) -> Value {
    json!({"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out})
}

fn openai_chunk(model: &str, delta: &Value, finish: Option<&str>) -> Value {
    json!({"id": "fake", "object": "chat.completion.chunk", "created": 0, "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

fn sse(data: &Value) -> Bytes {
    format!("data: {data}\n\n").into()
}

fn named(event: &str, data: &Value) -> Vec<u8> {
    format!("event: {event}\ndata: {data}\n\n").into_bytes()
}

fn line(data: &Value) -> Bytes {
    format!("{data}\n").into()
}
