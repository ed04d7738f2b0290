//! How a figure is meant: stated of the music, advised, or neither.

use super::words::{Figure, Quantity, Sentence, Unit, Word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Stance {
    /// Stated of the music: it must have been measured.
    Claim,
    /// Stated of a frequency where something was heard: a problem must have been found there.
    ClaimOfPlace,
    /// Something to try.
    Advice,
    /// Supposed, asked, said of platforms and standards, or the name of a register.
    Other,
}

pub(in super::super) struct Stances {
    /// One for each figure of the sentence.
    pub figures: Vec<Stance>,
    pub end: Stance,
}

macro_rules! words {
    ($($name:ident = $text:literal;)*) => {
        $(
            fn $name(word: &str) -> bool {
                static WORDS: std::sync::OnceLock<std::collections::HashSet<&'static str>> = std::sync::OnceLock::new();
                WORDS.get_or_init(|| $text.split_whitespace().collect()).contains(word)
            }
        )*
    };
}

words! {
    // What one is told to do, at the beginning of a clause or behind a modal.
    is_order = "add aim apply attenuate automate avoid back begin blend boost bounce bring bump carve check clean clip collapse \
        compress consider control cut de-ess dial dip do drop duck ease export fade filter find gate get give go grab high-pass \
        highpass hold insert keep layer leave let lift limit listen low-pass lowpass lower make master match measure mix move \
        mute narrow normalise normalize notch nudge open pan pick pitch place play pull push put raise ramp re-export rebalance \
        reduce remove render replace retune ride rein roll run saturate scoop send set shave shelve shift shorten sidechain \
        side-chain slow split stay start stick sum swap sweep take tame tighten trim try tuck tune turn use widen work";
    // What says that a thing is to be done, wherever it stands.
    is_modal = "should could would might must try trying consider suggest suggested recommend recommended want aim aiming \
        ought let's i'd we'd i’d we’d let’s need needs needed";
    is_doing = "adding aiming attenuating automating backing boosting bringing compressing cutting dipping ducking easing \
        filtering gating giving keeping leaving lifting limiting lowering moving narrowing notching panning pulling pushing \
        putting raising reducing removing rolling setting shaving shelving starting taking taming trimming trying turning using widening";
    // What may stand between the beginning of a clause and the order.
    leads_in = "and then or so to please just also first next instead maybe perhaps simply gently slightly only not don't \
        don’t never by finally second third lastly now here always carefully again either both will can you'd you’d you \
        optionally ideally";
    // What states.
    is_statement = "is are was were be's isn't aren't sits sit sat measures measured reads read reaches reach reached hits hit \
        peaks peak peaked has have had shows show showed lands averages averaged exceeds exceeded runs ran lies stands stays \
        falls fell registers comes came loses lost gains gained drops dropped rises rose goes went masks clips clipped differs \
        holds carries lacks leads it's that's there's they're you're it’s that’s there’s they’re you’re swings overshoots \
        remains stayed equals dips dives climbs";
    is_purpose = "until till once so that unless";
    is_supposing = "if unless whether suppose";
    // What is set on a device.
    is_setting = "q ratio attack release threshold ceiling knee lookahead look-ahead makeup make-up shelf bell notch high-pass \
        highpass low-pass lowpass hpf lpf low-cut high-cut lowcut highcut filter crossover sidechain side-chain wet dry mix-knob \
        predelay pre-delay delay decay feedback slope gain fade fades reverb eq";
    // Nouns behind a figure: "a 3 dB cut".
    is_turn = "cut boost dip lift reduction";
    // What may be a noun rather than what states, and what stands before it then.
    is_noun_too = "peak peaks hit hits drop drops masks clips leads dips climbs runs gains holds reads rose";
    precedes_noun = "with the a an of no true sample your its all any without";
    is_good_thing = "start point setting settings value move fix option place cut boost target goal";
    // What is known of the world rather than of this music.
    is_knowledge = "spotify apple youtube tidal amazon deezer netflix soundcloud bandcamp beatport streaming platforms platform \
        services service broadcast broadcasters ebu r128 aes atsc itu bs.1770 bs.1770-4 cd vinyl club clubs radio tv podcast \
        podcasts film cinema dolby target targets standard standards guideline guidelines recommendation spec typical typically \
        usually normally generally commonly convention rule human humans ears ear hearing textbook normalises normalise \
        normalizes normalize normalised normalized normalisation normalization encoders encoder codecs aac mp3 ogg most genre genres \
        concert lossy";
    is_music = "your yours mix mixes track song master this it its it's it’s here chorus verse drop kick kicks bass vocal vocals \
        drum drums snare synth synths pad pads lead section reference you ours intro outro bridge low lows highs mids file";
    is_register = "region band bands range area zone register and to up down octave octaves shelf bump-range";
    is_spot = "resonance resonances resonant buildup build-up bump hump spike whistle hum ring rings ringing fundamental tuning \
        tuned pitched sampled rate peak peaks";
}

/// Of a table's column: figures below "Setting" are advice.
pub(in super::super) fn of_head(head: &str) -> Stance {
    let lower = head.to_lowercase();
    let mut words = lower.split(|character: char| !character.is_alphanumeric() && character != '-');
    if words.any(|word| {
        is_modal(word)
            || is_order(word)
            || is_setting(word)
            || is_good_thing(word)
            || is_knowledge(word)
            || word == "advice"
            || word == "suggestion"
            || word == "action"
    }) {
        Stance::Advice
    } else {
        Stance::Claim
    }
}

/// `before` is how the sentence before stood at its end: a fragment without a verb goes on with it.
pub(in super::super) fn of_sentence(sentence: &Sentence, before: Stance) -> Stances {
    let words = &sentence.words;
    let states = (0..words.len()).any(|at| states_at(words, at));
    let sets = words.iter().any(|word| is_setting(&word.text));
    let mut stance = match before {
        Stance::Advice if !states => Stance::Advice,
        _ if sets && !states => Stance::Advice,
        _ => Stance::Claim,
    };
    let mut reader = Reader {
        stance,
        has_purpose: false,
        thing_to_do: false,
    };
    let mut figures = Vec::with_capacity(sentence.figures.len());
    let mut at = 0;
    for figure in &sentence.figures {
        while at < figure.at {
            reader.read(words, at);
            at += 1;
        }
        figures.push(if sentence.is_question {
            Stance::Other
        } else {
            of_figure(figure, words, reader.stance)
        });
    }
    while at < words.len() {
        reader.read(words, at);
        at += 1;
    }
    stance = reader.stance;
    Stances {
        figures,
        end: stance,
    }
}

/// Goes through a sentence word by word.
struct Reader {
    stance: Stance,
    /// "until it reads": what follows is still what is to be done.
    has_purpose: bool,
    /// "a good start is"
    thing_to_do: bool,
}

impl Reader {
    fn read(&mut self, words: &[Word], at: usize) {
        let Word { text, after_break } = &words[at];
        let before = at.checked_sub(1).map(|before| words[before].text.as_str());
        if *after_break {
            self.has_purpose = false;
            if self.stance == Stance::Other {
                self.stance = Stance::Claim;
            }
        }
        let begins = *after_break
            || before.is_none_or(|word| leads_in(word) || word.ends_with("ly") || is_modal(word));
        // "one dip is", "the cut was": a noun.
        if is_modal(text)
            || (is_order(text) && begins)
            || (is_doing(text) && !before.is_some_and(is_statement))
        {
            self.stance = Stance::Advice;
        } else if is_supposing(text) && self.stance == Stance::Claim {
            self.stance = Stance::Other;
        } else if self.stance == Stance::Advice
            && is_purpose(text)
            && (text != "so" || words.get(at + 1).is_some_and(|next| next.text == "that"))
        {
            self.has_purpose = true;
        } else if is_good_thing(text)
            && before.is_some_and(|word| {
                matches!(
                    word,
                    "good" | "safe" | "starting" | "better" | "first" | "best" | "useful" | "usual"
                )
            })
        {
            self.thing_to_do = true;
        } else if states_at(words, at)
            && !self.has_purpose
            && !before.is_some_and(|word| is_modal(word) || word == "to")
        {
            self.stance = match self.stance {
                Stance::Other => Stance::Other,
                _ if std::mem::take(&mut self.thing_to_do) => Stance::Advice,
                _ => Stance::Claim,
            };
        }
    }
}

fn states_at(words: &[Word], at: usize) -> bool {
    let text = &words[at].text;
    is_statement(text) && !(is_noun_too(text) && at > 0 && precedes_noun(&words[at - 1].text))
}

fn of_figure(figure: &Figure, words: &[Word], stance: Stance) -> Stance {
    if stance != Stance::Claim {
        return stance;
    }
    if is_set(figure, words) {
        return Stance::Advice;
    }
    if is_general(figure, words) {
        return Stance::Other;
    }
    if matches!(
        figure.quantity,
        Quantity::Number {
            unit: Unit::Hertz,
            ..
        }
    ) {
        return of_frequency(figure, words);
    }
    Stance::Claim
}

/// "a 90 ms release", "threshold at −18 dB"
fn is_set(figure: &Figure, words: &[Word]) -> bool {
    let behind = words[figure.at..]
        .iter()
        .take(3)
        .enumerate()
        .take_while(|(index, word)| *index > 0 || !(figure.before_break || word.after_break));
    let before = words[..figure.at].iter().rev().take(3);
    behind
        .take_while(|(index, word)| *index == 0 || !word.after_break)
        .any(|(_, word)| is_setting(&word.text) || is_turn(&word.text))
        || before.map(|word| word.text.as_str()).any(is_setting)
}

/// Said of a platform or a standard: such a word is nearer than any that means the music.
fn is_general(figure: &Figure, words: &[Word]) -> bool {
    for word in words[..figure.at].iter().rev().take(12) {
        if is_knowledge(&word.text) {
            return true;
        }
        if is_music(&word.text) {
            return false;
        }
    }
    words[figure.at..]
        .iter()
        .take(4)
        .any(|word| is_knowledge(&word.text))
}

/// "Below 120 Hz" only says where; "tuned to 443 Hz" says what is.
fn of_frequency(figure: &Figure, words: &[Word]) -> Stance {
    let before = &words[..figure.at];
    // Concert pitch is a convention.
    if matches!(
        figure.quantity,
        Quantity::Number {
            low: 440.0,
            high: 440.0,
            ..
        }
    ) {
        return Stance::Other;
    }
    if before.iter().rev().take(6).any(|word| is_spot(&word.text)) {
        return Stance::ClaimOfPlace;
    }
    let behind = words.get(figure.at).map(|word| word.text.as_str());
    match before.last().map(|word| word.text.as_str()) {
        Some(word) if is_statement(word) && !behind.is_some_and(is_register) => Stance::Claim,
        _ => Stance::Other,
    }
}
