//! Colours for listings: comments, strings, numbers, keywords and the names of what is called.
//!
//! A lexer of its own, since it has to be cheap: syntect compiles its grammars to regular expressions
//! and was measured to keep 8 to 10 MB for every language that occurs (37 MB after six), and 40 to 60 ms
//! to begin with each.

use super::html::escape;

/// What a family of languages has in common.
struct Language {
    names: &'static [&'static str],
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    quotes: &'static str,
    keywords: &'static [&'static str],
}

const C_COMMENT: Option<(&str, &str)> = Some(("/*", "*/"));

#[rustfmt::skip]
const LANGUAGES: &[Language] = &[
    Language { names: &["sh", "bash", "zsh", "shell", "console"], line_comments: &["#"], block_comment: None, quotes: "\"'", keywords: &["if", "then", "else", "elif", "fi", "for", "while", "do", "done", "in", "case", "esac", "function", "return", "export", "local", "cd", "echo"] },
    Language { names: &["python", "py"], line_comments: &["#"], block_comment: None, quotes: "\"'", keywords: &["and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "None", "True", "False", "self"] },
    Language { names: &["rust", "rs"], line_comments: &["//"], block_comment: C_COMMENT, quotes: "\"", keywords: &["as", "async", "await", "break", "const", "continue", "crate", "else", "enum", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while"] },
    Language { names: &["js", "javascript", "ts", "typescript", "jsx", "tsx", "java", "kotlin", "swift", "go", "php", "cs", "csharp"], line_comments: &["//"], block_comment: C_COMMENT, quotes: "\"'`", keywords: &["async", "await", "break", "case", "catch", "class", "const", "continue", "default", "defer", "do", "else", "enum", "export", "extends", "false", "finally", "for", "fun", "func", "function", "go", "if", "implements", "import", "in", "instanceof", "interface", "let", "new", "nil", "null", "of", "package", "private", "protected", "public", "return", "static", "struct", "super", "switch", "this", "throw", "true", "try", "type", "typeof", "undefined", "val", "var", "void", "while", "yield"] },
    Language { names: &["c", "cpp", "c++", "h", "hpp", "glsl", "faust", "dsp", "jsfx", "eel"], line_comments: &["//"], block_comment: C_COMMENT, quotes: "\"'", keywords: &["auto", "bool", "break", "case", "char", "class", "const", "continue", "default", "delete", "do", "double", "else", "enum", "extern", "false", "float", "for", "if", "import", "inline", "int", "long", "namespace", "new", "nullptr", "private", "process", "public", "return", "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "true", "typedef", "unsigned", "using", "void", "while", "with"] },
    Language { names: &["lua"], line_comments: &["--"], block_comment: Some(("--[[", "]]")), quotes: "\"'", keywords: &["and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"] },
    Language { names: &["ruby", "rb", "sonicpi", "sonic-pi"], line_comments: &["#"], block_comment: None, quotes: "\"'", keywords: &["begin", "class", "def", "do", "else", "elsif", "end", "ensure", "false", "if", "in", "loop", "module", "nil", "play", "rescue", "return", "self", "sleep", "then", "true", "unless", "until", "use", "while", "yield"] },
    Language { names: &["sql", "sqlite", "postgres"], line_comments: &["--"], block_comment: C_COMMENT, quotes: "'\"", keywords: &["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "INSERT", "INTO", "VALUES", "UPDATE", "SET", "DELETE", "CREATE", "TABLE", "JOIN", "ON", "GROUP", "BY", "ORDER", "LIMIT", "AS", "NULL", "select", "from", "where", "and", "or", "not", "insert", "into", "values", "update", "set", "delete", "join", "on", "group", "by", "order", "limit", "as", "null"] },
    Language { names: &["json", "jsonc"], line_comments: &["//"], block_comment: C_COMMENT, quotes: "\"", keywords: &["true", "false", "null"] },
    Language { names: &["toml", "yaml", "yml", "ini", "conf"], line_comments: &["#", ";"], block_comment: None, quotes: "\"'", keywords: &["true", "false", "null", "yes", "no"] },
    Language { names: &["css", "scss"], line_comments: &[], block_comment: C_COMMENT, quotes: "\"'", keywords: &["important", "media", "import", "supports", "layer"] },
    Language { names: &["html", "xml", "svg"], line_comments: &[], block_comment: Some(("<!--", "-->")), quotes: "\"'", keywords: &[] },
];

/// Appends the listing, escaped, with what is known of its language in `<span class="hl-…">`.
pub(super) fn highlight(language: &str, code: &str, out: &mut String) {
    let Some(language) = LANGUAGES
        .iter()
        .find(|known| known.names.contains(&language))
    else {
        escape(code, out);
        return;
    };
    let mut rest = code;
    while !rest.is_empty() {
        let (length, class) = next_token(rest, language);
        let (token, behind) = rest.split_at(length);
        if class.is_empty() {
            escape(token, out);
        } else {
            out.push_str("<span class=\"hl-");
            out.push_str(class);
            out.push_str("\">");
            escape(token, out);
            out.push_str("</span>");
        }
        rest = behind;
    }
}

/// Length in bytes (at least one character) and class of what `text` begins with.
fn next_token(text: &str, language: &Language) -> (usize, &'static str) {
    if let Some((open, close)) = language.block_comment
        && let Some(inner) = text.strip_prefix(open)
    {
        return (
            inner
                .find(close)
                .map_or(text.len(), |end| open.len() + end + close.len()),
            "comment",
        );
    }
    if language
        .line_comments
        .iter()
        .any(|mark| text.starts_with(mark))
    {
        return (text.find('\n').unwrap_or(text.len()), "comment");
    }
    let Some(first) = text.chars().next() else {
        return (0, "");
    };
    if language.quotes.contains(first) {
        return (string_length(text, first), "string");
    }
    if first.is_ascii_digit() {
        return (
            run(text, |character| {
                character.is_ascii_alphanumeric() || character == '.' || character == '_'
            }),
            "number",
        );
    }
    if first.is_alphabetic() || first == '_' {
        let length = run(text, |character| {
            character.is_alphanumeric() || character == '_'
        });
        let class = match &text[..length] {
            word if language.keywords.contains(&word) => "keyword",
            _ if text[length..].starts_with('(') || text[length..].starts_with("!(") => "name",
            _ => "",
        };
        return (length, class);
    }
    (first.len_utf8(), "")
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character))
        .unwrap_or(text.len())
}

/// To the closing quote, or to the end of the line where there is none.
fn string_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' if quote != '`' => return at,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + character.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(language: &str, code: &str) -> String {
        let mut out = String::new();
        highlight(language, code, &mut out);
        out
    }

    #[test]
    fn listings_are_coloured_and_escaped() {
        assert_eq!(
            coloured("rust", "let x = f(\"<a>\", 12); // <b>"),
            "<span class=\"hl-keyword\">let</span> x = <span class=\"hl-name\">f</span>(<span class=\"hl-string\">&quot;&lt;a&gt;&quot;</span>, \
             <span class=\"hl-number\">12</span>); <span class=\"hl-comment\">// &lt;b&gt;</span>"
        );
        assert_eq!(coloured("unheard-of", "a < b"), "a &lt; b");
        assert_eq!(
            coloured("py", "# x\n'open\n"),
            "<span class=\"hl-comment\"># x</span>\n<span class=\"hl-string\">&#39;open</span>\n"
        );
        assert_eq!(
            coloured("lua", "--[[ a\nb ]] x"),
            "<span class=\"hl-comment\">--[[ a\nb ]]</span> x"
        );
    }
}
