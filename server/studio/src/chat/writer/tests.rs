#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use contract::report::{
    Alternate, Curves, Difference, Fact, FileInfo, Finding, REPORT_VERSION, Report, Section,
    Severity, Value,
};

use super::{Output, Writer, render, render_whole};

fn fact(id: &str, value: Option<Value>, unit: &str) -> Fact {
    Fact {
        id: id.to_owned(),
        value,
        unit: unit.to_owned(),
        reason: None,
        start_s: None,
        end_s: None,
        at_s: None,
        band_hz: None,
        confidence: None,
        events: Vec::new(),
        alternates: Vec::new(),
    }
}

fn number(id: &str, value: f64, unit: &str) -> Fact {
    fact(id, Some(Value::Number(value)), unit)
}

fn bare(name: &str, facts: Vec<Fact>) -> Report {
    Report {
        version: REPORT_VERSION,
        file: FileInfo {
            name: name.to_owned(),
            container: "wav".to_owned(),
            codec: "pcm_s24le".to_owned(),
            sample_rate: 44_100,
            channels: 2,
            layout: "stereo".to_owned(),
            bits_per_sample: Some(24),
            frames: 44_100 * 200,
            duration_s: 200.0,
            size_bytes: 1,
            truncated: false,
            damaged_packets: 0,
        },
        facts,
        findings: Vec::new(),
        sections: Vec::new(),
        curves: Curves::default(),
        reference: None,
        differences: None,
    }
}

/// A mix that is too loud and too heavy between 1:12 and 1:20, against a reference.
pub(super) fn report() -> Report {
    let mut report = bare(
        "mix.wav",
        vec![
            number("loudness.integrated", -9.84, "LUFS"),
            number("peak.true", 0.23, "dBTP"),
            number("loudness.range", 4.6, "LU"),
            number("stereo.correlation", 0.71, ""),
            number("stereo.width", 31.4, "%"),
            number("stereo.mono_loss.air", 6.4, "dB"),
            Fact {
                alternates: vec![Alternate {
                    value: Value::Number(62.0),
                    confidence: 0.2,
                }],
                ..number("tempo.bpm", 124.02, "BPM")
            },
            fact("key.name", Some(Value::Text("A minor".to_owned())), ""),
            Fact {
                reason: Some("There is no silence in it.".to_owned()),
                ..fact("noise.floor", None, "dBFS")
            },
        ],
    );
    report.findings.push(Finding {
        id: "peak.over".to_owned(),
        severity: Severity::High,
        title: "True peak over the ceiling".to_owned(),
        start_s: None,
        end_s: None,
        band_hz: Some([50.0, 80.0]),
        facts: vec!["peak.true".to_owned()],
        advice: "Lower the ceiling.".to_owned(),
        source: "EBU R 128".to_owned(),
    });
    report.sections.push(Section {
        number: 1,
        label: "A".to_owned(),
        start_s: 72.0,
        end_s: 80.0,
        loudness_lufs: Some(-7.9),
        spectrum_db: Vec::new(),
        correlation: None,
    });
    report.reference = Some(Box::new(bare(
        "reference.wav",
        vec![
            number("loudness.integrated", -12.1, "LUFS"),
            fact("key.name", Some(Value::Text("F# minor".to_owned())), ""),
        ],
    )));
    report.differences = Some(vec![
        difference("difference.loudness.integrated", 2.26, "LU"),
        difference("difference.spectrum.band.63", 4.13, "dB"),
    ]);
    report
}

fn difference(id: &str, value: f64, unit: &str) -> Difference {
    Difference {
        id: id.to_owned(),
        value: Some(value),
        unit: unit.to_owned(),
        mix: None,
        reference: None,
        start_s: None,
        end_s: None,
        band_hz: None,
    }
}

/// All blocks of a text.
pub(super) fn blocks(raw: &str, evidence: Option<Report>) -> Vec<String> {
    render_whole(raw, evidence.map(Arc::new))
}

fn html(raw: &str) -> String {
    blocks(raw, Some(report())).join("\n")
}

#[test]
fn citations_become_buttons_and_words() {
    assert_eq!(
        html("It is [fact:loudness.integrated], reference [fact:reference.loudness.integrated]."),
        "<p class=\"prose\">It is <button type=\"button\" class=\"fact\" data-fact=\"loudness.integrated\" title=\"Integrated loudness\">\
         −9.8 LUFS</button>, reference <button type=\"button\" class=\"fact\" data-fact=\"reference.loudness.integrated\" \
         title=\"Integrated loudness of the reference\">−12.1 LUFS</button>.</p>"
    );
    assert!(html("[fact:difference.spectrum.band.63]").contains(">+4.1 dB</button>"));
    assert!(
        html("**Peak [fact:peak.true]**")
            .contains("<strong>Peak <button type=\"button\" class=\"fact hot\"")
    );
    assert!(html("[fact:key.name]").contains(">A minor</button>"));
    assert_eq!(
        html("[fact:made.up] [fact:noise.floor]"),
        "<p class=\"prose\"><span class=\"not-measured none\" title=\"This figure was not measured.\">not measured</span> \
         <span class=\"not-measured none\" title=\"There is no silence in it.\">not measured</span></p>"
    );
}

#[test]
fn times_can_be_played_where_they_lie_in_the_file() {
    assert_eq!(
        html("[at:72.0-80.0]: boom"),
        "<p class=\"prose\"><button type=\"button\" class=\"ts\" data-seek=\"72.0\" data-until=\"80.0\">\
         <svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-play\"></use></svg>1:12–1:20</button>: boom</p>"
    );
    assert!(html("[at:72]").contains("data-seek=\"72.0\"><svg"));
    assert_eq!(html("[at:300-310]"), "<p class=\"prose\">5:00–5:10</p>");
    assert_eq!(blocks("[at:72]", None), ["<p class=\"prose\">1:12</p>"]);
}

#[test]
fn the_tail_is_plain_and_holds_back_what_is_not_whole() {
    let mut writer = Writer::new(Some(Arc::new(report())));
    let mut text = |raw: &str| {
        writer
            .push(raw)
            .into_iter()
            .map(|output| match output {
                Output::Text(text) => text,
                Output::Block { html, chars } => format!("<{html}|{chars}>"),
            })
            .collect::<String>()
    };
    assert_eq!(text("### He"), "He");
    assert_eq!(text("ad\n"), "ad\n<<h3>Head</h3>|5>");
    assert_eq!(text("The **low"), "The low");
    assert_eq!(text("** end is [fact:loud"), " end is ");
    assert_eq!(text("ness.integrated] now, [a"), "−9.8 LUFS now, ");
    assert_eq!(text("t:72-80] [x] 2*3"), "1:12–1:20 [x] 2*3");
    assert_eq!(
        text("\n\n"),
        "\n<<p class=\"prose\">The <strong>low</strong> end is <button type=\"button\" class=\"fact\" \
        data-fact=\"loudness.integrated\" title=\"Integrated loudness\">−9.8 LUFS</button> now, <button type=\"button\" class=\"ts\" \
        data-seek=\"72.0\" data-until=\"80.0\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-play\"></use></svg>1:12–1:20</button> \
        [x] 2*3</p>|48>"
    );
    assert_eq!(text("1. **Ti"), "1. Ti");
}

const CRITIQUE: &str = "Three fixes.\n\n1. **Cut the low end**\n\n   [at:72-80] Kick at 60 Hz.\n\n   Try −3 dB at 58 Hz, Q 1.4.\n\n\
                        2. **Bring the vocal up**: it is buried.\n   Try +1.5 dB.\n3. Plain item\n\nThe rest is fine.";

#[test]
fn each_fix_is_a_block() {
    assert_eq!(
        blocks(CRITIQUE, Some(report())),
        [
            "<p class=\"prose\">Three fixes.</p>",
            "<ol class=\"fixes\" start=\"1\"><li data-fix=\"1\"><div><h4>Cut the low end</h4><p><button type=\"button\" class=\"ts\" \
             data-seek=\"72.0\" data-until=\"80.0\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-play\"></use></svg>1:12–1:20</button> \
             Kick at 60 Hz.</p><p class=\"do\">Try −3 dB at 58 Hz, Q 1.4.</p></div></li></ol>",
            "<ol class=\"fixes\" start=\"2\"><li data-fix=\"2\"><div><h4>Bring the vocal up</h4><p>it is buried.\nTry +1.5 dB.</p></div></li></ol>",
            "<ol class=\"prose\" start=\"3\"><li>Plain item</li></ol>",
            "<p class=\"prose\">The rest is fine.</p>",
        ]
    );
}

#[test]
fn fixes_count_up_and_their_ids_are_unique() {
    let starts = html("1. **A**\n1. **B**\n\nAnd:\n\n1. **C**");
    assert!(
        starts.contains("start=\"1\"><li data-fix=\"1\">")
            && starts.contains("start=\"2\"><li data-fix=\"2\">"),
        "{starts}"
    );
    assert!(starts.contains("start=\"1\"><li><div><h4>C"), "{starts}");
}

#[test]
fn markdown_becomes_blocks() {
    let cases = [
        ("# A\n## B\n#### C", "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>"),
        ("A\n===\nB", "<h3>A</h3><p class=\"prose\">B</p>"),
        (
            "- a\n- b\n  - c\n\nx",
            "<ul class=\"prose\"><li>a</li><li>b<ul><li>c</li></ul></li></ul>\n<p class=\"prose\">x</p>",
        ),
        (
            "Steps:\n3) a\n4) b",
            "<p class=\"prose\">Steps:\n3) a\n4) b</p>",
        ),
        (
            "1. a\n2. b",
            "<ol class=\"prose\"><li>a</li><li>b</li></ol>",
        ),
        (
            "a\n- b",
            "<p class=\"prose\">a</p>\n<ul class=\"prose\"><li>b</li></ul>",
        ),
        (
            "> a\nb\n\nc",
            "<blockquote><p>a\nb</p></blockquote>\n<p class=\"prose\">c</p>",
        ),
        (
            "*a* `b<` ~~c~~ d  \ne",
            "<p class=\"prose\"><em>a</em> <code>b&lt;</code> <del>c</del> d<br>e</p>",
        ),
        (
            "a\n***\nb",
            "<p class=\"prose\">a</p>\n<hr>\n<p class=\"prose\">b</p>",
        ),
        (
            "```rust\nlet a;\n\n# [fact:peak.dbtp]\n```\nafter",
            "<pre class=\"code\" tabindex=\"0\"><code class=\"lang-rust\"><span class=\"hl-keyword\">let</span> a;\n\n# [fact:peak.dbtp]\n\
             </code></pre>\n<p class=\"prose\">after</p>",
        ),
        (
            "- [x] done\n- [ ] open",
            "<ul class=\"prose\"><li>☑ done</li><li>☐ open</li></ul>",
        ),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |\n\nx",
            "<div class=\"table-wrap\" tabindex=\"0\"><table class=\"table\"><thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"num\">b</th>\
             </tr></thead><tbody><tr><td>1</td><td class=\"num\">2</td></tr></tbody></table></div>\n<p class=\"prose\">x</p>",
        ),
        (
            "[x](https://a.b/?c=\"d) ![p](http://i/j.png) [y](javascript:z)",
            "<p class=\"prose\"><a class=\"out\" href=\"https://a.b/?c=&quot;d\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a> \
             <a class=\"out\" href=\"http://i/j.png\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">p</a> y</p>",
        ),
        (
            "1. **A**\n\n   ```\n2. not an item\n   ```\n",
            "<ol class=\"fixes\" start=\"1\"><li data-fix=\"1\"><div><h4>A</h4><pre class=\"code\" \
          tabindex=\"0\"><code></code></pre></div></li></ol>\n<ol class=\"prose\" start=\"2\"><li>not an item<pre class=\"code\" tabindex=\"0\">\
          <code></code></pre></li></ol>",
        ),
    ];
    for (raw, expected) in cases {
        assert_eq!(html(raw), expected, "{raw}");
    }
}

#[test]
fn plain_text_has_no_marks() {
    assert_eq!(
        Writer::plain(CRITIQUE, Some(&report())),
        "Three fixes.\nCut the low end\n1:12–1:20 Kick at 60 Hz.\nTry −3 dB at 58 Hz, Q 1.4.\nBring the vocal up: it is buried. Try +1.5 dB.\n\
         Plain item\nThe rest is fine."
    );
    assert_eq!(
        Writer::plain("It is [fact:peak.true].", None),
        "It is not measured."
    );
}

#[test]
fn stored_text_goes_on_where_it_was() {
    for cut in (0..CRITIQUE.len()).filter(|cut| CRITIQUE.is_char_boundary(*cut)) {
        let evidence = Some(Arc::new(report()));
        let (mut blocks, mut tail, mut writer) = render(&CRITIQUE[..cut], evidence);
        let rest = writer
            .push(&CRITIQUE[cut..])
            .into_iter()
            .chain(writer.finish());
        show(rest, &mut blocks, &mut tail);
        assert_eq!(tail, "");
        assert_eq!(
            blocks,
            self::blocks(CRITIQUE, Some(report())),
            "cut at {cut}"
        );
    }
}

/// What a browser does.
pub(super) fn show(
    outputs: impl Iterator<Item = Output>,
    blocks: &mut Vec<String>,
    tail: &mut String,
) {
    for output in outputs {
        match output {
            Output::Text(text) => tail.push_str(&text),
            Output::Block { html, chars } => {
                assert!(
                    tail.chars().count() >= chars as usize,
                    "a block may only take what is shown"
                );
                *tail = tail.chars().skip(chars as usize).collect();
                blocks.push(html);
            }
        }
    }
}
