//! Whatever the text is and however it was cut.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    Writer, render,
    tests::{blocks as blocks_of, report, show},
};

const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**<svg/onload=alert(1)>**",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](https://x\" onmouseover=\"alert(1))",
    "[a](<https://x\" onmouseover=alert(1)>)",
    "![\" onerror=alert(1) x=\"](https://x)",
    "<a href=\"javascript:alert(1)\">x</a>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html onload=alert(1)\n</code></pre><script>\n```",
    "[fact:\"><script>]",
    "[fact:peak.true\" onclick=alert(1)]",
    "`</code><script>alert(1)</script>`",
    "| <script> |\n|---|\n| <img src=x onerror=1> |",
    "<!-- --><script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "\u{E000}\u{E001}&#xE000;&#57344;",
    "<https://x/\"onmouseover=alert(1)>",
    "[x]: javascript:alert(1)\n[x]",
    "# <b onclick=1>",
    "1. **<b onclick=1>** <i>",
    "<style>*{display:none}</style>",
    "<div\nonclick=x>",
];

/// Every tag that is ours, with its attributes in the order that we write them.
fn assert_only_our_tags(html: &str) {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let end = open + rest[open..].find('>').expect("a tag that ends");
        let tag = &rest[open + 1..end];
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(
            [
                "p",
                "h3",
                "h4",
                "ol",
                "ul",
                "li",
                "div",
                "button",
                "svg",
                "use",
                "span",
                "em",
                "strong",
                "del",
                "code",
                "pre",
                "a",
                "br",
                "hr",
                "blockquote",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td"
            ]
            .contains(&name.as_str()),
            "{tag} in {html}"
        );
        // Outside of quotes there is no attribute but those we know.
        for (index, part) in tag.split('"').enumerate() {
            if index % 2 == 0 {
                for word in part.split_whitespace().skip(usize::from(index == 0)) {
                    let known = [
                        "class=",
                        "type=",
                        "data-fact=",
                        "data-defined=",
                        "data-seek=",
                        "data-until=",
                        "title=",
                        "data-fix=",
                        "start=",
                        "href=",
                        "rel=",
                        "target=",
                        "tabindex=",
                        "scope=",
                        "aria-hidden=",
                    ];
                    assert!(known.contains(&word), "{word} in {html}");
                }
            } else {
                assert!(
                    !part.to_lowercase().trim().starts_with("javascript")
                        && !part.starts_with("data:"),
                    "{html}"
                );
            }
        }
        rest = &rest[end + 1..];
    }
}

#[test]
fn no_attack_yields_a_tag_or_a_handler() {
    for attack in ATTACKS {
        for raw in [
            (*attack).to_owned(),
            format!("text {attack} text"),
            format!("1. **a**\n\n   {attack}"),
            format!("> {attack}"),
        ] {
            for block in blocks_of(&raw, Some(report())) {
                assert_only_our_tags(&block);
            }
        }
    }
    for block in blocks_of(&ATTACKS.join("\n"), None) {
        assert_only_our_tags(&block);
    }
}

#[test]
fn nothing_takes_long_or_goes_deep() {
    let began = std::time::Instant::now();
    for raw in [
        "- ".repeat(50_000),
        "> ".repeat(50_000),
        "*".repeat(100_000),
        "[fact:".repeat(20_000),
        "[".repeat(100_000),
        " ".repeat(100_000),
        "−9.8 LUFS is ".repeat(10_000),
        "[fact:peak.true] ".repeat(10_000),
        "`".repeat(100_000),
        "1. **a**\n".repeat(10_000),
    ] {
        for block in blocks_of(&raw, Some(report())) {
            assert_only_our_tags(&block);
        }
    }
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// Text that is likely to hit the corners.
fn marked_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "2. ",
        "**",
        "*",
        "#",
        "# ",
        "```",
        "```rust\n",
        "`",
        "[fact:",
        "peak.true]",
        "[fact:peak.true]",
        "[at:72-80]",
        "[at:",
        "]",
        "[",
        "(",
        ")",
        "   ",
        "    ",
        "> ",
        "| a | b |\n|---|---|\n",
        "---",
        "___",
        "é",
        "−9.8 LUFS",
        "−3.2 LUFS",
        "is",
        "Try ",
        " ",
        "word",
        "<b>",
        "&amp;",
        "\t",
        "\r\n",
        "~~~",
        "\u{E000}",
        "😀",
        "1.5",
        "A minor",
        ":",
        ",",
        ".",
        "* * *",
        "==",
        "\\",
        "![",
        "http://x",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn how_the_text_is_cut_never_shows(raw in marked_text(), cuts in prop::collection::vec(0..200_usize, 0..12)) {
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= raw.len() && raw.is_char_boundary(*cut)).collect();
        cuts.extend([0, raw.len()]);
        cuts.sort_unstable();
        let evidence = Arc::new(report());
        let (mut blocks, mut tail) = (Vec::new(), String::new());
        let mut writer = Writer::new(Some(evidence.clone()));
        for pair in cuts.windows(2) {
            show(writer.push(&raw[pair[0]..pair[1]]).into_iter(), &mut blocks, &mut tail);
            let (same_blocks, same_tail, _) = render(&raw[..pair[1]], Some(evidence.clone()));
            prop_assert_eq!(&blocks, &same_blocks);
            prop_assert_eq!(&tail, &same_tail);
        }
        show(writer.finish().into_iter(), &mut blocks, &mut tail);
        prop_assert_eq!(tail, "");
        prop_assert_eq!(&blocks, &blocks_of(&raw, Some(report())));
        for block in &blocks {
            assert_only_our_tags(block);
        }
    }

    #[test]
    fn any_text_is_taken(raw in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
        for block in blocks_of(&raw, None) {
            assert_only_our_tags(&block);
        }
        Writer::plain(&raw, None);
    }
}
