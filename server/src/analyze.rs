//! `soundstage analyze`: the measurements at a terminal, for people or as one JSON document.

mod layout;
mod progress;
mod report;

use std::{
    fs,
    io::{self, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
};

use contract::report::Report;

use progress::Bar;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The mix
    file: PathBuf,
    /// What it should sound like
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// Print the whole report as one JSON document, and nothing else
    #[arg(long)]
    json: bool,
}

/// Of a file that cannot be measured.
const CANNOT: u8 = 2;

pub fn run(arguments: &Arguments) -> ExitCode {
    let measured = measure_all(arguments);
    let written = match &measured {
        Ok(report) if arguments.json => json(report),
        Ok(report) => write(&report::text(report)),
        Err(sentence) => {
            complain(sentence);
            return ExitCode::from(CANNOT);
        }
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("the report cannot be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure_all(arguments: &Arguments) -> Result<Report, String> {
    let mut report = measure(&arguments.file)?;
    if let Some(reference) = &arguments.reference {
        audio::compare(&mut report, &measure(reference)?);
    }
    Ok(report)
}

fn measure(path: &Path) -> Result<Report, String> {
    let name = path.display();
    // What cannot be measured in one pass from its beginning, and would only say so in an odd way.
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(format!("{name}: this is a folder.")),
        Ok(found) if !found.is_file() => {
            return Err(format!(
                "{name}: this is no file. Save what it gives into one first."
            ));
        }
        _ => {}
    }
    let source =
        audio::Source::open(path).map_err(|error| format!("{name}: {}", reason(&error)))?;
    let mut bar = Bar::new(&source.name);
    let measured = audio::measure(source, &mut |progress| {
        bar.show(progress.done, progress.stage.label());
        ControlFlow::Continue(())
    });
    bar.clear();
    measured.map_err(|error| format!("{name}: {error}"))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file.".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it.".to_owned(),
        _ => format!("{error}."),
    }
}

fn json(report: &Report) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[expect(
    clippy::print_stderr,
    reason = "a command's last word; this one keeps no log"
)]
fn complain(sentence: &str) {
    eprintln!("soundstage: {}", sentence.replace('\n', " "));
}
