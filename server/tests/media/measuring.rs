//! What a worker makes of a file: figures for its card, a comparison with a reference, a copy for
//! browsers, or the reason why it cannot.

use audio::{
    Format,
    synth::{self, Fault},
};
use contract::{
    ErrorCode,
    jobs::JobState,
    live::{Frame, Topic},
};
use futures::TryStreamExt;
use studio::{
    Actor,
    media::{MEASURE, MediaError, RENDER},
};

use crate::room::{Room, an_aiff};

#[tokio::test]
async fn measured_watched_and_shown() {
    let room = Room::open().await;
    let user = room.mara.user().unwrap();
    let mut live = room.hub.connect(&room.mara);
    live.subscribe(Topic::User(user), Some(room.hub.cursor(Topic::User(user))));
    let mix = room
        .bring(
            "Mix 3.wav",
            &synth::song(&[Fault::TooLoud]).to_wav(Format::Pcm16),
        )
        .await;
    let watch = room.media.watch(&room.mara, mix).await.unwrap();
    assert_eq!(watch.borrow().state, JobState::Queued);
    assert!(matches!(
        room.media.analysis(&room.mara, mix, None).await,
        Err(MediaError::NotMeasured)
    ));

    room.work(MEASURE).await;

    assert_eq!(watch.borrow().state, JobState::Done);
    let view = room.asset(mix).await;
    let summary = view.measuring.summary.unwrap();
    assert!((47.0..49.0).contains(&summary.duration_s));
    assert_eq!(summary.waveform.len(), 120);
    assert_eq!(view.play_url.unwrap(), format!("/api/assets/{mix}/play"));

    let card = room.media.analysis(&room.mara, mix, None).await.unwrap();
    let labels: Vec<_> = card
        .figures
        .iter()
        .map(|figure| figure.label.as_str())
        .collect();
    assert_eq!(
        labels,
        [
            "Integrated",
            "True peak",
            "LRA",
            "PLR",
            "Correlation",
            "Tempo",
            "Key"
        ]
    );
    assert!(card.figures[0].a.as_ref().unwrap().starts_with('−'));
    assert!(card.figures[1].over);
    assert!(
        card.figures
            .iter()
            .all(|figure| figure.b.is_none() && figure.delta.is_none())
    );
    assert!(card.loudness.a.len() <= 240 && card.loudness.b.is_empty());

    let mut states = Vec::new();
    while states.last() != Some(&JobState::Done) {
        let next = tokio::time::timeout(std::time::Duration::from_secs(30), live.next());
        let frame = next.await.expect("it goes on").unwrap();
        if let Frame::Event { event, .. } = serde_json::from_str(&frame).unwrap()
            && let contract::live::Event::Asset { state, .. } = *event
        {
            states.push(state);
        }
    }
    assert_eq!(states.first(), Some(&JobState::Queued));
    assert!(states.contains(&JobState::Running));
}

#[tokio::test]
async fn held_against_a_reference() {
    let room = Room::open().await;
    let mix = room
        .bring(
            "mix.wav",
            &synth::song(&[Fault::TooLoud, Fault::LowEnd]).to_wav(Format::Pcm16),
        )
        .await;
    let reference = room
        .bring("ref.wav", &synth::song(&[]).to_wav(Format::Pcm16))
        .await;
    room.work(MEASURE).await;
    room.work(MEASURE).await;
    let card = room
        .media
        .analysis(&room.mara, mix, Some(reference))
        .await
        .unwrap();
    assert_eq!(card.b.as_ref().unwrap().name, "ref.wav");
    assert!(
        card.figures[0].delta.as_ref().unwrap().starts_with('+'),
        "{:?}",
        card.figures[0]
    );
    assert_eq!(card.loudness.a.len(), card.loudness.b.len());
    assert_eq!(card.spectrum.a.len(), card.spectrum.b.len());
    // From the cache it is the same.
    assert_eq!(
        room.media
            .analysis(&room.mara, mix, Some(reference))
            .await
            .unwrap(),
        card
    );
    let evidence = room
        .media
        .evidence(&room.mara, mix, Some(reference))
        .await
        .unwrap();
    assert!(
        evidence
            .differences
            .as_ref()
            .is_some_and(|differences| !differences.is_empty())
    );
    assert!(evidence.reference.is_some());
    let excerpt = room.media.excerpt(&Actor::System, mix).await.unwrap();
    assert!(excerpt.starts_with(b"RIFF"));
}

#[tokio::test]
async fn what_can_never_be_measured_fails_at_once() {
    let room = Room::open().await;
    let mut sound = synth::noise(44_100, 2, 1.0, 0.5, false);
    sound.samples[30_000] = f32::NAN;
    let id = room
        .bring("broken.wav", &sound.to_wav(Format::Float32))
        .await;
    let watch = room.media.watch(&room.mara, id).await.unwrap();
    let job = room.work(MEASURE).await;
    let job = room.job(job).await;
    assert_eq!((job.state.0, job.attempt), (JobState::Failed, 1));
    let error = watch.borrow().error.clone().unwrap();
    assert_eq!(error.code, ErrorCode::NonFiniteSamples);
    assert_eq!(room.asset(id).await.measuring.error.unwrap(), error);
    // It stays, and can be heard.
    assert!(room.media.playable(&room.mara, id).await.is_ok());
}

#[tokio::test]
async fn a_copy_is_made_of_what_browsers_cannot_play() {
    let room = Room::open().await;
    let aiff = an_aiff(44_100);
    let id = room.bring("Mix 3.aiff", &aiff).await;
    assert!(room.asset(id).await.play_url.is_none());
    assert!(matches!(
        room.media.playable(&room.mara, id).await,
        Err(MediaError::NotPlayable)
    ));
    room.work(MEASURE).await;
    room.work(RENDER).await;
    assert!(room.asset(id).await.play_url.is_some());
    let content = room.media.playable(&room.mara, id).await.unwrap();
    assert_eq!(
        (content.mime.as_str(), content.name.as_str()),
        ("audio/wav", "Mix 3.wav")
    );
    let stream = room.media.read(&content, 0..content.size).await.unwrap();
    let wav = stream.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(wav.len() as u64, content.size);
    assert!(wav.starts_with(b"RIFF"));
    assert_eq!(room.read(id).await, aiff);
}
