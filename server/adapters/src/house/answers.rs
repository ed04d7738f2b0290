//! Plain questions, and those that measurements cannot answer.

use contract::report::Report;

use super::{
    cite::{beside, cite, has, text},
    intent::{Courtesy, Topic},
};

const NO_MODEL: &str = "No language model is connected, so I can only go by measurements.";

const BRING: &str = "Drop a mix into your message, and a reference if you have one. You get its loudness, peaks, spectrum, \
     stereo image, tempo, key and sections, and at most three things to fix, each with its place.";

pub(super) fn without_file(question: &str, courtesy: Option<Courtesy>) -> String {
    let opening = match courtesy {
        Some(Courtesy::Greeting) => return format!("Hello. {BRING}"),
        Some(Courtesy::Thanks) => return format!("You are welcome. {BRING}"),
        None if question.trim().is_empty() => "There is no file in this conversation yet.",
        None => "I cannot answer that: there is no file in this conversation yet.",
    };
    format!("{opening} {NO_MODEL}\n\n{BRING}")
}

pub(super) fn return_courtesy(courtesy: Courtesy) -> String {
    let answer = match courtesy {
        Courtesy::Greeting => {
            "Hello. Ask about the mix, or bring its next version and I will measure that."
        }
        Courtesy::Thanks => {
            "You are welcome. Bring the next version when you have it, with this one as its reference if you want to see what changed."
        }
    };
    answer.to_owned()
}

pub(super) fn beyond(report: &Report) -> String {
    let mut can = vec![
        "what is wrong with the low end, the loudness, the stereo image, the dynamics or the top end",
    ];
    if has(report, "tempo.bpm") || has(report, "key.name") {
        can.push("the tempo or the key");
    }
    if report.reference.is_some() {
        can.push("how it compares to the reference");
    }
    format!(
        "That is beyond me. {NO_MODEL}\n\nWhat I can tell you of this mix: {}.",
        can.join("; ")
    )
}

pub(super) fn facts(report: &Report, topics: &[Topic]) -> String {
    let sentences: Vec<String> = topics
        .iter()
        .map(|topic| sentence(report, *topic))
        .collect();
    sentences.join("\n\n")
}

fn sentence(report: &Report, topic: Topic) -> String {
    let unknown = |what: &str, id: &str| {
        let reason = report.fact(id).and_then(|fact| fact.reason.as_deref());
        match reason {
            Some(reason) => format!("{what} cannot be told. {reason}"),
            None => format!("{what} was not measured."),
        }
    };
    match topic {
        Topic::Tempo => match cite(report, "tempo.bpm") {
            Some(tempo) => {
                let doubt = report
                    .fact("tempo.bpm")
                    .and_then(|fact| fact.confidence)
                    .is_some_and(|confidence| confidence < 0.6);
                let doubt = if doubt {
                    " It may be half or double that: pulses leave it open."
                } else {
                    ""
                };
                format!(
                    "The tempo is about {tempo}{}.{doubt}",
                    beside(report, "tempo.bpm", "runs at")
                )
            }
            None => unknown("The tempo", "tempo.bpm"),
        },
        Topic::Key => match cite(report, "key.name") {
            Some(key) => {
                let camelot = cite(report, "key.camelot").map_or_else(String::new, |code| {
                    format!(" ({code} on the Camelot wheel)")
                });
                let runner_up = report
                    .fact("key.name")
                    .and_then(|fact| fact.alternates.first())
                    .and_then(|alternate| alternate.value.text())
                    .filter(|other| Some(*other) != text(report, "key.name"));
                let runner_up = runner_up.map_or_else(String::new, |other| {
                    format!(" The next best match is {other}.")
                });
                let tuning = cite(report, "key.tuning").map_or_else(String::new, |tuning| {
                    format!(" The tuning is {tuning} from A = 440 Hz.")
                });
                format!(
                    "The key is probably {key}{camelot}{}.{runner_up}{tuning}",
                    beside(report, "key.name", "is in")
                )
            }
            None => unknown("The key", "key.name"),
        },
        Topic::Loudness => match cite(report, "loudness.integrated") {
            Some(loudness) => {
                let most = cite(report, "loudness.short_term_max")
                    .map_or_else(String::new, |most| {
                        format!(" The loudest three seconds reach {most}.")
                    });
                format!(
                    "The mix measures {loudness}{}.{most} Streaming services play at about −14 LUFS.",
                    beside(report, "loudness.integrated", "measures")
                )
            }
            None => unknown("The loudness", "loudness.integrated"),
        },
        Topic::Peak => match cite(report, "peak.true") {
            Some(peak) => format!(
                "The true peak is {peak}{}. Streaming encoders want −1 dBTP or less.",
                beside(report, "peak.true", "stays at")
            ),
            None => unknown("The true peak", "peak.true"),
        },
        Topic::Clipping => match report.number("clipping.runs") {
            Some(0.0) => "No sample is clipped.".to_owned() + &over(report),
            Some(_) => format!(
                "Yes: {} runs of clipped samples.{}",
                cite(report, "clipping.runs").unwrap_or_default(),
                over(report)
            ),
            None => unknown("Clipping", "clipping.runs"),
        },
        Topic::Mono => {
            mono(report).unwrap_or_else(|| unknown("The behaviour in mono", "stereo.correlation"))
        }
        Topic::Width => match cite(report, "stereo.width") {
            Some(width) => format!(
                "The side signal holds {width} of the energy{}.",
                beside(report, "stereo.width", "has")
            ),
            None => unknown("The width", "stereo.width"),
        },
        Topic::Dynamics => match cite(report, "loudness.range") {
            Some(range) => {
                let plr = cite(report, "dynamics.plr").map_or_else(String::new, |plr| {
                    format!(" The peaks stand {plr} over the loudness.")
                });
                format!(
                    "The loudness range is {range}{}.{plr}",
                    beside(report, "loudness.range", "has")
                )
            }
            None => unknown("The loudness range", "loudness.range"),
        },
        Topic::Length => {
            let seconds = report.file.duration_s.round().max(0.0);
            format!(
                "The file is {}:{:02} long.",
                (seconds / 60.0).floor(),
                seconds % 60.0
            )
        }
        Topic::Sections => sections(report),
        Topic::Noise => match cite(report, "noise.floor") {
            Some(noise) => format!(
                "The quietest moment has {noise} of noise{}.",
                beside(report, "noise.floor", "has")
            ),
            None => unknown("The noise floor", "noise.floor"),
        },
        Topic::File => file(report),
        Topic::Reference => against_reference(report),
    }
}

fn over(report: &Report) -> String {
    cite(report, "peak.true").map_or_else(String::new, |peak| format!(" The true peak is {peak}."))
}

fn mono(report: &Report) -> Option<String> {
    if report.file.channels < 2 {
        return Some("The file is mono.".to_owned());
    }
    let correlation = cite(report, "stereo.correlation")?;
    let loss = cite(report, "stereo.mono_loss").map_or_else(String::new, |loss| {
        format!(", and mono loses {loss} overall")
    });
    let worst = report
        .findings
        .iter()
        .find(|finding| finding.id.starts_with("stereo.mono"));
    Some(match worst {
        Some(finding) => {
            let place = super::cite::at(finding.start_s, finding.end_s)
                .map_or_else(String::new, |at| format!(" {at}"));
            let figure = finding
                .facts
                .iter()
                .find_map(|id| cite(report, id))
                .map_or_else(String::new, |figure| format!(" by {figure}"));
            format!(
                "Not everywhere:{place} part of the sound drops{figure} in mono. Overall the correlation is {correlation}{loss}."
            )
        }
        None => format!("Yes. The correlation is {correlation}{loss}."),
    })
}

fn sections(report: &Report) -> String {
    if report.sections.is_empty() {
        return "No sections were told apart.".to_owned();
    }
    let mut text = String::from("By changes of level, spectrum and harmony:\n");
    for section in &report.sections {
        let loudness = cite(report, &format!("section.{}.loudness", section.number))
            .map_or_else(String::new, |loudness| format!(", {loudness}"));
        text.push_str(&format!(
            "\n- Section {} ({}): [at:{:.1}-{:.1}]{loudness}",
            section.number, section.label, section.start_s, section.end_s
        ));
    }
    text
}

fn file(report: &Report) -> String {
    let file = &report.file;
    let depth = cite(report, "depth.effective")
        .map_or_else(String::new, |depth| format!(" It uses {depth}."));
    let kilohertz = f64::from(file.sample_rate) / 1000.0;
    format!(
        "The file is {} ({}) at {kilohertz} kHz, {}.{depth}",
        file.container.to_uppercase(),
        file.codec.replace('_', " "),
        file.layout
    )
}

fn against_reference(report: &Report) -> String {
    if report.reference.is_none() {
        return "There is no reference in this conversation. Drop one into your message and mark it as the reference.".to_owned();
    }
    let lines: Vec<String> = [
        ("Loudness", "loudness.integrated"),
        ("True peak", "peak.true"),
        ("Loudness range", "loudness.range"),
        ("Peaks over loudness", "dynamics.plr"),
        ("Stereo width", "stereo.width"),
        ("Spectral tilt", "spectrum.tilt"),
    ]
    .into_iter()
    .filter_map(|(name, id)| {
        let mix = cite(report, id)?;
        let reference = cite(report, &format!("reference.{id}"))?;
        let difference =
            cite(report, &format!("difference.{id}")).unwrap_or_else(|| "–".to_owned());
        Some(format!("| {name} | {mix} | {reference} | {difference} |"))
    })
    .collect();
    format!(
        "Your mix against the reference:\n\n| | A | B | A − B |\n|---|---:|---:|---:|\n{}",
        lines.join("\n")
    )
}
