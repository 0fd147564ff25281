//! The demo: the product's story from connecting to placing files, told by the real command line against a simulated
//! Microsoft Graph, and checked at every step.

mod association;
mod chapters;
pub mod http;
pub mod json;
mod mornings;
mod sign_in;
pub mod sim;
mod story;

use std::time::Instant;

use anyhow::Result;
use sim::Sim;
use story::Story;

use crate::{component, programs, say};

/// Builds what is needed and tells the story.
///
/// # Errors
/// If something does not build, or a step does not end as it should: the text has what was expected and what came.
pub fn run() -> Result<()> {
    let component = component::build()?;
    let programs = programs::build()?;

    let start = Instant::now();
    let folder = tempfile::tempdir()?;
    let sim = Sim::start(&programs, folder.path())?;
    let mut story = Story::new(&programs, &component, &sim, folder.path());
    for (number, (title, tell)) in chapters::ALL.iter().enumerate() {
        say::header(&format!("{}. {title}", number + 1));
        tell(&mut story, &sim)?;
    }
    say::header(&format!(
        "{} checks passed in {:.1} s",
        story.checks(),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}
