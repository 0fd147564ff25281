//! Makes a data folder with a bit of everything in it, and keeps it below `tests/folders` for the programs to come.

#[tokio::main]
async fn main() {
    let (world, expected) = end_to_end::folders::story::story().await;
    let folder = end_to_end::folders::keep(world.data.path(), &expected).await;
    println!("made {}", folder.display());
}
