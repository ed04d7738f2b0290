//! The vendors' wire formats over real loopback HTTP, against a fake that also misbehaves.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use contract::{ErrorCode, chat::Author};
use fakes::model::Fake;
use support::{ask, config, prompt};

const WIRES: [&str; 4] = ["openai-compatible", "anthropic", "gemini", "ollama"];

#[tokio::test]
async fn each_vendor_streams_a_critique_with_its_usage() {
    let fake = Fake::start().await.unwrap();
    for provider in WIRES {
        let answer = ask(
            config(&fake, provider, "normal"),
            prompt("What is wrong with my low end?"),
        )
        .await;
        assert_eq!(answer.error, None, "{provider}");
        assert!(
            answer.text.contains("[fact:loudness.integrated]")
                && answer.text.contains("[at:12.0-22.0]"),
            "{provider}: {}",
            answer.text
        );
        assert!(
            answer.text.ends_with("steady."),
            "{provider}: {}",
            answer.text
        );
        assert!(
            answer.pieces > 50,
            "{provider} comes in pieces, not at once"
        );
        let (tokens_in, tokens_out) = answer.usage.unwrap();
        assert!(
            tokens_in > 500 && tokens_out > 100,
            "{provider}: {tokens_in} in, {tokens_out} out"
        );
    }
    assert_eq!(fake.requests().len(), WIRES.len());
}

#[tokio::test]
async fn openai_itself_speaks_as_the_compatible_ones_do() {
    let fake = Fake::start().await.unwrap();
    let answer = ask(config(&fake, "openai", "normal"), prompt("Hello")).await;
    assert_eq!(answer.error, None);
    let request = &fake.requests()[0];
    assert_eq!(request["stream_options"]["include_usage"], true);
    assert_eq!(request["messages"][0]["role"], "system");
}

#[tokio::test]
async fn a_model_gets_the_facts_the_rules_and_the_history() {
    let fake = Fake::start().await.unwrap();
    let mut prompt = prompt("Why?");
    prompt.turns.insert(
        0,
        studio::chat::Turn {
            author: Author::Person,
            text: "First question".to_owned(),
        },
    );
    prompt.turns.insert(
        1,
        studio::chat::Turn {
            author: Author::Assistant,
            text: "First answer".to_owned(),
        },
    );
    ask(config(&fake, "openai-compatible", "normal"), prompt).await;
    let request = &fake.requests()[0];
    let system = request["messages"][0]["content"].as_str().unwrap();
    for expected in [
        "at most three fixes",
        "loudness.integrated | -9.84 LUFS | -12.1 LUFS | +2.26 LU",
        "spectrum.stretch.1 | 7.6 dB [at:12.0-22.0]",
        "Low end too strong for a while (high) [at:12.0-22.0]",
        "noise.floor | unknown (There is no silence in it.)",
        "You cannot hear the music.",
    ] {
        assert!(system.contains(expected), "{expected} is not in\n{system}");
    }
    let roles: Vec<_> = request["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
}

#[tokio::test]
async fn an_interrupted_answer_goes_on_behind_what_is_written() {
    let fake = Fake::start().await.unwrap();
    for provider in WIRES {
        let whole = ask(config(&fake, provider, "normal"), prompt("What is wrong?"))
            .await
            .text;
        let cut = whole.find("1. **").unwrap() + 20;
        let mut rest = prompt("What is wrong?");
        rest.written = whole[..cut].to_owned();
        let rest = ask(config(&fake, provider, "normal"), rest).await;
        assert_eq!(
            format!("{}{}", whole[..cut].trim_end(), rest.text),
            whole,
            "{provider}"
        );
    }
}

#[tokio::test]
async fn too_many_requests_are_asked_again_when_the_vendor_says() {
    let fake = Fake::start().await.unwrap();
    for provider in WIRES {
        let began = Instant::now();
        let answer = ask(config(&fake, provider, "429-then-ok"), prompt(provider)).await;
        assert_eq!(answer.error, None, "{provider}");
        assert!(
            began.elapsed() >= Duration::from_secs(1),
            "{provider} waits as long as it was told"
        );
        assert!(answer.text.contains("[fact:"), "{provider}");
    }
    assert_eq!(fake.requests().len(), 2 * WIRES.len());
}

#[tokio::test]
async fn a_vendor_that_wants_an_hour_is_not_waited_for() {
    let fake = Fake::start().await.unwrap();
    let began = Instant::now();
    let answer = ask(config(&fake, "openai-compatible", "429"), prompt("x")).await;
    assert_eq!(answer.error.unwrap().code, ErrorCode::ModelRateLimited);
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn the_vendors_own_faults_are_asked_again_and_then_told() {
    let fake = Fake::start().await.unwrap();
    let answer = ask(config(&fake, "anthropic", "500"), prompt("x")).await;
    let error = answer.error.unwrap();
    assert_eq!(error.code, ErrorCode::ModelUnavailable);
    assert!(
        !error.message.contains("fake"),
        "no words of the vendor: {}",
        error.message
    );
    assert_eq!(answer.text, "");
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn what_cannot_pass_is_asked_once() {
    let fake = Fake::start().await.unwrap();
    for (model, code) in [
        ("401", ErrorCode::ModelMisconfigured),
        ("400", ErrorCode::ModelRefused),
        ("garbage", ErrorCode::ModelUnavailable),
    ] {
        for provider in WIRES {
            let before = fake.requests().len();
            let answer = ask(config(&fake, provider, model), prompt("x")).await;
            assert_eq!(
                answer.error.as_ref().map(|error| error.code),
                Some(code),
                "{provider} {model}: {:?}",
                answer.error
            );
            assert_eq!(fake.requests().len() - before, 1, "{provider} {model}");
        }
    }
}

#[tokio::test]
async fn silence_before_the_first_word_is_asked_again() {
    let fake = Fake::start().await.unwrap();
    let mut slow = config(&fake, "openai-compatible", "stall");
    slow.timeouts.first_token = Duration::from_millis(150);
    let answer = ask(slow, prompt("x")).await;
    assert_eq!(answer.error.unwrap().code, ErrorCode::ModelTimeout);
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn silence_in_the_middle_keeps_the_text_and_is_not_asked_again() {
    let fake = Fake::start().await.unwrap();
    for provider in WIRES {
        let before = fake.requests().len();
        let mut slow = config(&fake, provider, "stall-midway");
        slow.timeouts.stall = Duration::from_millis(200);
        let answer = ask(slow, prompt("x")).await;
        assert_eq!(
            answer.error.unwrap().code,
            ErrorCode::ModelTimeout,
            "{provider}"
        );
        assert!(
            answer.text.starts_with("The low end"),
            "{provider}: {}",
            answer.text
        );
        assert_eq!(fake.requests().len() - before, 1, "{provider}");
    }
}

#[tokio::test]
async fn half_a_stream_keeps_the_text_and_says_so() {
    let fake = Fake::start().await.unwrap();
    for provider in WIRES {
        let answer = ask(config(&fake, provider, "cut"), prompt("x")).await;
        let error = answer.error.unwrap();
        assert_eq!(error.code, ErrorCode::ModelUnavailable, "{provider}");
        assert!(
            error.message.contains("broke off"),
            "{provider}: {}",
            error.message
        );
        assert!(answer.text.len() > 100, "{provider}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_empty_answer_is_a_failure() {
    let fake = Fake::start().await.unwrap();
    let answer = ask(config(&fake, "gemini", "empty"), prompt("x")).await;
    assert_eq!(answer.error.unwrap().code, ErrorCode::ModelUnavailable);
}

#[tokio::test]
async fn a_long_answer_comes_whole() {
    let fake = Fake::start().await.unwrap();
    let answer = ask(config(&fake, "ollama", "huge"), prompt("x")).await;
    assert_eq!(answer.error, None);
    assert_eq!(answer.text.split_whitespace().count(), 40_000);
}

#[tokio::test]
async fn nobody_there_is_told_after_some_attempts() {
    let mut nowhere = config(&Fake::start().await.unwrap(), "openai-compatible", "normal");
    // The fake is gone, and with it the port.
    nowhere.timeouts.connect = Duration::from_millis(500);
    let answer = ask(nowhere, prompt("x")).await;
    assert_eq!(answer.error.unwrap().code, ErrorCode::ModelUnavailable);
}

#[tokio::test]
async fn dropping_the_answer_hangs_up() {
    use futures::StreamExt;
    let fake = Fake::start().await.unwrap();
    let model = adapters::models(config(&fake, "openai-compatible", "slow-3000")).unwrap();
    let mut answer = model.answer(prompt("x"));
    assert!(answer.next().await.unwrap().is_ok());
    let began = Instant::now();
    drop(answer);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test]
async fn an_excerpt_goes_to_models_that_take_audio() {
    let fake = Fake::start().await.unwrap();
    let mut heard = prompt("x");
    heard.excerpt = Some(bytes::Bytes::from_static(b"RIFF"));
    ask(config(&fake, "gemini", "normal"), heard.clone()).await;
    ask(config(&fake, "anthropic", "normal"), heard.clone()).await;
    ask(
        config(&fake, "openai-compatible", "gpt-4o-audio-preview"),
        heard,
    )
    .await;
    let requests = fake.requests();
    assert!(
        requests[0].to_string().contains("UklGRg==")
            && requests[0].to_string().contains("audio/wav")
    );
    assert!(!requests[1].to_string().contains("UklGRg=="));
    assert!(requests[2].to_string().contains("input_audio"));
}

#[tokio::test]
async fn prices_come_from_the_list_or_from_the_owner() {
    let fake = Fake::start().await.unwrap();
    let cost = |config| {
        adapters::models(config)
            .unwrap()
            .cost_micros(1_000_000, 100_000)
    };
    assert_eq!(
        cost(config(&fake, "openai", "gpt-6.1-terra")),
        Some(1_000_000 + 500_000)
    );
    assert_eq!(
        cost(config(&fake, "openai-compatible", "mistral-large")),
        None
    );
    assert_eq!(cost(config(&fake, "ollama", "llama3.2")), Some(0));
    let file = std::env::temp_dir().join(format!("soundstage-prices-{}.toml", std::process::id()));
    std::fs::write(&file, "[[model]]\nprovider = \"openai-compatible\"\nprefix = \"mistral\"\ninput = \"2\"\noutput = \"6\"\n").unwrap();
    let mut own = config(&fake, "openai-compatible", "mistral-large");
    own.prices = Some(file.clone());
    assert_eq!(cost(own), Some(2_600_000));
    std::fs::remove_file(file).unwrap();
}
