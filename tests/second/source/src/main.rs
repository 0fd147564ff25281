//! `shelf`: the made-up source as a program, with some documents on it.

use clap::Parser;
use second_source::Shelf;

/// A made-up source of documents.
#[derive(Parser)]
struct Arguments {
    /// The port to answer on; 0 for any.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let shelf = Shelf::start(arguments.port).await?;
    shelf.put("Handbook.pdf", b"%PDF-1.7 the handbook".as_slice());
    shelf.put("Prices.pdf", b"%PDF-1.7 the prices".as_slice());
    eprintln!(
        "the shelf answers at {}; its member is `{}`, with the key `{}`",
        shelf.url(),
        second_source::MEMBER,
        second_source::KEY
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
