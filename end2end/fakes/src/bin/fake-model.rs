//! A language model that is none: see `fakes::model` for what it can do. Prints its address first.

use std::net::SocketAddr;

use clap::Parser;
use fakes::{
    model::{Shared, router},
    serve,
};

#[derive(Parser)]
#[command(about = "A fake of the language model vendors' endpoints, for tests")]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Print one line of JSON for each request.
    #[arg(long)]
    log: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    serve(arguments.listen, router(Shared::logging(arguments.log))).await
}
