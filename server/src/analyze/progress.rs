//! A bar on standard error, where somebody watches.

use std::io::{IsTerminal, Write};

const CELLS: usize = 28;

pub(super) struct Bar {
    name: String,
    watched: bool,
    shown: Option<(usize, &'static str)>,
}

impl Bar {
    pub(super) fn new(name: &str) -> Self {
        let name = name.chars().filter(|c| !c.is_control()).take(28).collect();
        Self {
            name,
            watched: std::io::stderr().is_terminal(),
            shown: None,
        }
    }

    pub(super) fn show(&mut self, done: f64, stage: &'static str) {
        let percent = (done.clamp(0.0, 1.0) * 100.0) as usize;
        if !self.watched || self.shown == Some((percent, stage)) {
            return;
        }
        self.shown = Some((percent, stage));
        // A bar that cannot be drawn is no reason to stop measuring.
        let _ = write!(
            std::io::stderr(),
            "\r\x1b[2K{}",
            line(&self.name, percent, stage)
        );
        let _ = std::io::stderr().flush();
    }

    pub(super) fn clear(&mut self) {
        if self.watched && self.shown.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
            let _ = std::io::stderr().flush();
        }
    }
}

fn line(name: &str, percent: usize, stage: &str) -> String {
    let full = percent * CELLS / 100;
    format!(
        "{name}  {}{}  {percent:>3} %  {stage}",
        "█".repeat(full),
        "░".repeat(CELLS - full)
    )
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_bar_fills_up() {
        assert!(line("a", 0, "Opening the file").contains(&"░".repeat(28)));
        assert!(line("a", 100, "Looking for problems").contains(&"█".repeat(28)));
        assert_eq!(line("a", 50, "x").matches('█').count(), 14);
    }
}
