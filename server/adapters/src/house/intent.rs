//! What a question is about, by its words.

use studio::chat::plan::{Focus, Words};

/// What is asked for plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Tempo,
    Key,
    Loudness,
    Peak,
    Clipping,
    Mono,
    Width,
    Dynamics,
    Length,
    Sections,
    Noise,
    File,
    Reference,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Critique(Option<Focus>),
    /// A yes or a no, and why.
    Verdict,
    Facts(Vec<Topic>),
    /// Nothing that measurements can answer.
    Beyond,
}

/// A message that asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Courtesy {
    Greeting,
    Thanks,
}

/// Words that ask for a judgement.
const JUDGEMENT: &[&str] = &[
    "wrong",
    "fix",
    "fixes",
    "improve",
    "better",
    "problem",
    "problems",
    "critique",
    "feedback",
    "issue",
    "issues",
    "review",
    "help",
    "opinion",
    "think",
    "sound",
    "sounds",
    "check",
    "listen",
    "mix",
    "master",
    "too",
    "muddy",
    "boomy",
    "harsh",
    "dull",
    "weak",
    "work",
    "advice",
    "change",
    "should",
    "missing",
    "why",
    "analyse",
    "analyze",
    "rate",
    "wrong?",
    "mixdown",
    "mastering",
    "happening",
];

/// What asks for something to be made.
const MAKING: &[&str] = &[
    "write",
    "lyric",
    "lyrics",
    "chords",
    "melody",
    "compose",
    "translate",
    "poem",
    "story",
    "generate",
    "joke",
    "recipe",
    "weather",
    "artwork",
    "press text",
    "bio",
    "email",
];

/// What asks for something to be known that no measurement tells, unless it names a part of the sound.
const KNOWING: &[&str] = &[
    "plugin",
    "plugins",
    "buy",
    "price",
    "code",
    "script",
    "who",
    "history",
    "artist",
    "marketing",
    "release",
    "name",
    "title",
    "cover",
    "video",
    "picture",
];

const TOPICS: &[(Topic, &[&str])] = &[
    (Topic::Tempo, &["tempo", "bpm", "how fast", "what speed"]),
    (
        Topic::Key,
        &[
            "key", "tonality", "camelot", "scale", "tuning", "tuned", "in tune",
        ],
    ),
    (
        Topic::Loudness,
        &["how loud", "lufs", "loudness", "integrated"],
    ),
    (
        Topic::Peak,
        &["true peak", "peak", "peaks", "dbtp", "headroom"],
    ),
    (
        Topic::Clipping,
        &[
            "clip", "clips", "clipping", "clipped", "distort", "distorts",
        ],
    ),
    (Topic::Mono, &["mono", "phase", "correlation"]),
    (Topic::Width, &["how wide", "width", "stereo width"]),
    (
        Topic::Dynamics,
        &[
            "dynamic range",
            "loudness range",
            "lra",
            "plr",
            "crest",
            "how dynamic",
        ],
    ),
    (Topic::Length, &["how long", "length", "duration"]),
    (
        Topic::Sections,
        &["sections", "structure", "arrangement", "parts"],
    ),
    (Topic::Noise, &["noise", "noise floor", "hiss", "hum"]),
    (
        Topic::File,
        &[
            "sample rate",
            "bit depth",
            "bits",
            "format",
            "codec",
            "resolution",
        ],
    ),
    (
        Topic::Reference,
        &[
            "reference",
            "compare",
            "compared",
            "comparison",
            "difference",
            "differences",
        ],
    ),
];

/// Words of a message that is nothing else.
const GREETINGS: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "good",
    "morning",
    "evening",
    "afternoon",
    "there",
];
const THANKS: &[&str] = &[
    "thanks", "thank", "you", "cheers", "great", "perfect", "ok", "okay", "cool", "nice", "good",
    "very", "much", "so", "a", "lot", "that", "helps", "helped", "got", "it", "will", "do",
];

/// What asks whether it is good enough to go out.
const READY: &[&str] = &[
    "ready",
    "good enough",
    "good to go",
    "finished",
    "am i done",
    "is it done",
    "can i release",
    "can i upload",
];

pub(super) fn courtesy(question: &str) -> Option<Courtesy> {
    let words = Words::of(question);
    let all = |known: &[&str]| {
        words
            .as_str()
            .split_whitespace()
            .all(|word| known.contains(&word))
    };
    let any = |known: &[&str]| known.iter().any(|word| words.has(word));
    if all(GREETINGS) && any(&["hello", "hi", "hey", "morning", "evening", "afternoon"]) {
        Some(Courtesy::Greeting)
    } else if all(THANKS)
        && any(&[
            "thanks", "thank", "cheers", "great", "perfect", "cool", "nice", "ok", "okay", "good",
        ])
    {
        Some(Courtesy::Thanks)
    } else {
        None
    }
}

/// `is_first`: nothing was answered in this conversation yet.
pub(super) fn read(question: &str, is_first: bool) -> Intent {
    let words = Words::of(question);
    let has = |phrase: &str| words.has(phrase);
    let focus = Focus::of(&words);
    let judges = JUDGEMENT.iter().any(|word| has(word));
    let topics: Vec<Topic> = TOPICS
        .iter()
        .filter(|(_, phrases)| phrases.iter().any(|phrase| has(phrase)))
        .map(|(topic, _)| *topic)
        .collect();
    let makes = MAKING.iter().any(|word| has(word));
    // "Ready for streaming?" names a level, and asks for more.
    let is_open = matches!(focus, None | Some(Focus::Loudness));
    if !makes && is_open && READY.iter().any(|phrase| has(phrase)) {
        return Intent::Verdict;
    }
    if makes || (focus.is_none() && !judges && KNOWING.iter().any(|word| has(word))) {
        return Intent::Beyond;
    }
    if !topics.is_empty() && (asks_plainly(words.as_str()) || !judges) {
        return Intent::Facts(topics);
    }
    if focus.is_some() || judges || is_first {
        return Intent::Critique(focus);
    }
    Intent::Beyond
}

/// "What is the tempo of this mix?" wants a figure, though it names the mix; "is it too loud?" does not.
fn asks_plainly(words: &str) -> bool {
    const OPENINGS: &[&str] = &[
        " what is the ",
        " what s the ",
        " whats the ",
        " what key",
        " what tempo",
        " what bpm",
        " which key",
        " how loud",
        " how long",
        " how fast",
        " how wide",
        " how dynamic",
        " how many",
        " is it mono",
        " is this mono",
        " is the mix mono",
        " is my mix mono",
        " does it clip",
        " does this clip",
        " in what key",
        " tell me the ",
        " is it in tune",
    ];
    const JUDGING: &[&str] = &[
        " wrong", " problem", " matter ", " issue", " too ", " best ",
    ];
    OPENINGS.iter().any(|opening| words.starts_with(opening))
        && !JUDGING.iter().any(|word| words.contains(word))
}
