//! An OAuth 2 provider that is none: see `fakes::oauth` for what it can do. Prints its address first.

use std::net::SocketAddr;

use clap::Parser;
use fakes::{
    oauth::{Shared, router},
    serve,
};

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
    serve(arguments.listen, router(Shared::default())).await
}
