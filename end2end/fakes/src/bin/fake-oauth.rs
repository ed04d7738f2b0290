//! An OAuth 2 provider that is none: see `fakes::oauth` for what it can do. Prints its address first.

use std::{io::Write, net::SocketAddr};

use clap::Parser;
use fakes::oauth::{Shared, router};
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(about = "A fake of an OAuth 2 provider's endpoints, for tests")]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(listener, router(Shared::default())).await?;
    Ok(())
}
