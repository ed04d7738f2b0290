//! Which problems a critique is about, and in which order: the card's pins, the house engineer and what a
//! language model is given all follow it, so that fix 2 is the same thing everywhere.
//!
//! A limiter that is pushed too far shows as loudness, peaks, clipped samples and lost dynamics at once:
//! problems with one cure are one fix, so that three fixes can be about three things.

use contract::report::{Finding, Severity};

/// Never more than these at once: the rest can wait for the next round.
pub const MOST_FIXES: usize = 3;

/// What the critique should begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    LowEnd,
    Loudness,
    Stereo,
    Vocals,
    Dynamics,
    Brightness,
}

/// A question in small letters, its words set apart by one space, a space at both ends.
pub struct Words(String);

impl Words {
    pub fn of(question: &str) -> Self {
        let mut words = String::from(" ");
        for word in question
            .to_lowercase()
            .split(|character: char| !(character.is_alphanumeric() || character == '-'))
        {
            if !word.is_empty() {
                words.push_str(word);
                words.push(' ');
            }
        }
        Self(words)
    }

    /// `phrase` is one word or several.
    pub fn has(&self, phrase: &str) -> bool {
        self.0.contains(&[" ", phrase, " "].concat())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Focus {
    pub fn of(question: &Words) -> Option<Self> {
        let named =
            |(_, phrases): &&(Self, &[&str])| phrases.iter().any(|phrase| question.has(phrase));
        FOCUSES.iter().find(named).map(|(focus, _)| *focus)
    }
}

/// Findings with one cure, the gravest first.
pub struct Fix<'a> {
    pub family: Family,
    pub findings: Vec<&'a Finding>,
}

impl<'a> Fix<'a> {
    pub fn lead(&self) -> Option<&'a Finding> {
        self.findings.first().copied()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Pushed into the limiter.
    Level,
    /// Loudness otherwise.
    Loudness,
    Dynamics,
    LowEnd,
    Mids,
    Highs,
    Stereo,
    Balance,
    /// Alone with those of its own rule.
    Other,
}

pub struct Plan<'a> {
    pub fixes: Vec<Fix<'a>>,
    /// What did not fit, worst first.
    pub left_out: Vec<Fix<'a>>,
    /// How many of the fixes are about what was asked; they stand first.
    pub about_focus: usize,
}

/// `findings` come largest first.
pub fn plan(findings: &[Finding], focus: Option<Focus>) -> Plan<'_> {
    let mut groups: Vec<Fix<'_>> = Vec::new();
    for finding in findings {
        let family = match family_of(finding) {
            // Too loud, and so louder than the reference: one cure.
            Family::Loudness if groups.iter().any(|group| group.family == Family::Level) => {
                Family::Level
            }
            family => family,
        };
        let belongs = |group: &&mut Fix<'_>| {
            group.family == family
                && (family != Family::Other
                    || group.findings.iter().any(|other| other.id == finding.id))
        };
        match groups.iter_mut().find(belongs) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Fix {
                family,
                findings: vec![finding],
            }),
        }
    }
    let is_about =
        |fix: &Fix<'_>| focus.is_some_and(|focus| families_of(focus).contains(&fix.family));
    // What was asked comes first, but nothing grave makes way for what is not.
    groups.sort_by_key(|fix| !is_about(fix));
    let grave = |fix: &Fix<'_>| {
        fix.findings
            .iter()
            .any(|finding| finding.severity == Severity::High)
    };
    let mut chosen: Vec<usize> = (0..groups.len())
        .filter(|index| grave(&groups[*index]))
        .take(MOST_FIXES)
        .collect();
    for index in 0..groups.len() {
        if chosen.len() < MOST_FIXES && !chosen.contains(&index) {
            chosen.push(index);
        }
    }
    // The one that was asked for stays even where three others are graver.
    if let Some(asked) = groups.iter().position(&is_about)
        && !chosen.contains(&asked)
    {
        chosen.pop();
        chosen.push(asked);
    }
    let (mut fixes, mut left_out) = (Vec::new(), Vec::new());
    for (index, group) in groups.into_iter().enumerate() {
        if chosen.contains(&index) {
            fixes.push(group);
        } else {
            left_out.push(group);
        }
    }
    let about_focus = fixes.iter().filter(|fix| is_about(fix)).count();
    Plan {
        fixes,
        left_out,
        about_focus,
    }
}

pub fn families_of(focus: Focus) -> &'static [Family] {
    match focus {
        Focus::LowEnd => &[Family::LowEnd],
        Focus::Loudness => &[Family::Level, Family::Loudness],
        Focus::Dynamics => &[Family::Level, Family::Dynamics],
        Focus::Stereo => &[Family::Stereo, Family::Balance],
        Focus::Vocals => &[Family::Mids],
        Focus::Brightness => &[Family::Highs],
    }
}

fn family_of(finding: &Finding) -> Family {
    let (domain, rule) = finding.id.split_once('.').unwrap_or((&finding.id, ""));
    let centre = finding
        .band_hz
        .map(|[low, high]| (low * high).max(0.0).sqrt());
    match (domain, rule) {
        ("peak" | "clipping", _) | ("loudness", "too_high") | ("dynamics", "crushed") => {
            Family::Level
        }
        ("loudness", _) => Family::Loudness,
        ("dynamics", _) => Family::Dynamics,
        ("stereo", "imbalance") => Family::Balance,
        ("stereo", _) => Family::Stereo,
        ("spectrum", "harsh" | "dull" | "bright") => Family::Highs,
        ("spectrum", rule) if rule.starts_with("low_end") => Family::LowEnd,
        ("spectrum", _) => match centre {
            Some(hz) if hz < 250.0 => Family::LowEnd,
            Some(hz) if hz < 4000.0 => Family::Mids,
            Some(_) => Family::Highs,
            None => Family::Other,
        },
        _ => Family::Other,
    }
}

const FOCUSES: &[(Focus, &[&str])] = &[
    (
        Focus::LowEnd,
        &[
            "low end",
            "low-end",
            "lowend",
            "bass",
            "sub",
            "subs",
            "kick",
            "808",
            "808s",
            "boom",
            "boomy",
            "mud",
            "muddy",
            "rumble",
            "lows",
            "bottom end",
            "bottom",
        ],
    ),
    (
        Focus::Stereo,
        &[
            "stereo", "wide", "wider", "width", "narrow", "mono", "phase", "pan", "panning",
            "panned", "balance", "image", "sides",
        ],
    ),
    (
        Focus::Vocals,
        &[
            "vocal", "vocals", "voice", "singer", "singing", "vox", "words", "presence", "mids",
            "midrange",
        ],
    ),
    (
        Focus::Dynamics,
        &[
            "dynamic",
            "dynamics",
            "punch",
            "punchy",
            "compress",
            "compressed",
            "compression",
            "squashed",
            "crushed",
            "flat",
            "limiter",
            "limiting",
            "transient",
            "transients",
            "pumping",
            "lifeless",
        ],
    ),
    (
        Focus::Brightness,
        &[
            "bright",
            "brighter",
            "brightness",
            "dull",
            "harsh",
            "sibilant",
            "sibilance",
            "treble",
            "highs",
            "high end",
            "high-end",
            "air",
            "airy",
            "top end",
            "muffled",
            "dark",
            "hi-hats",
            "hats",
            "cymbals",
            "shrill",
        ],
    ),
    (
        Focus::Loudness,
        &[
            "loud",
            "louder",
            "loudness",
            "quiet",
            "quieter",
            "volume",
            "lufs",
            "level",
            "levels",
            "streaming",
            "clip",
            "clipping",
            "distorted",
            "distortion",
            "peak",
            "peaks",
        ],
    ),
];
