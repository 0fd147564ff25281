//! The compiled form of a component, kept in the data folder so that a start takes milliseconds.
//!
//! It is machine code, so only what this host wrote itself may be run: each file carries a seal that needs the data
//! folder's key, over the engine's version and settings, the component's content and the code. A file that does not
//! fit in every way is ignored and written anew.

use std::{
    fs::{self, DirBuilder},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use crate::{
    secrets::{Authenticator, SecretKey},
    text::hex,
};

/// Compiles a component, or takes its compiled form from `cache`.
///
/// # Errors
///
/// The compiler's: the bytes are no component, or one that this engine does not run. A cache that can't be read or
/// written is no error; it only costs time.
pub fn load(engine: &Engine, bytes: &[u8], cache: &Path, key: &SecretKey) -> wasmtime::Result<Component> {
    let entry = Entry::of(engine, bytes, cache);
    if let Some(component) = entry.read(engine, key) {
        return Ok(component);
    }
    let component = Component::new(engine, bytes)?;
    match component
        .serialize()
        .map_err(io::Error::other)
        .and_then(|code| entry.write(&code, key))
    {
        Ok(()) => {
            // What compiling has left scattered in memory goes with it; what is loaded lies together.
            drop(component);
            return entry
                .read(engine, key)
                .map_or_else(|| Component::new(engine, bytes), Ok);
        }
        Err(error) => tracing::warn!(
            "the compiled component could not be kept in `{}`: {error}",
            cache.display()
        ),
    }
    Ok(component)
}

struct Entry {
    path: PathBuf,
    /// What the seal is for: it binds the code to the engine and the component.
    purpose: String,
}

impl Entry {
    fn of(engine: &Engine, bytes: &[u8], cache: &Path) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine = hasher.finish();
        let content = hex(&Sha256::digest(bytes));
        Self {
            path: cache.join(format!("{content}-{engine:016x}")),
            purpose: format!("compiled component {content} for engine {engine:016x}"),
        }
    }

    fn read(&self, engine: &Engine, key: &SecretKey) -> Option<Component> {
        let sealed = fs::read(&self.path).ok()?;
        let (tag, code) = sealed.split_at_checked(Authenticator::BYTES)?;
        if !key.authenticate(&self.purpose, code).accepts(tag) {
            tracing::warn!(
                "`{}` was not written by this host: it is compiled anew",
                self.path.display()
            );
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "there is no safe way to load compiled code; the seal is what makes it sound"
        )]
        // SAFETY: the bytes are what `Component::serialize` gave, for this engine: the seal just checked says so, and
        // making it takes the key, which only this host's owner can read.
        let component = unsafe { Component::deserialize(engine, code) };
        component.ok()
    }

    fn write(&self, code: &[u8], key: &SecretKey) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&key.authenticate(&self.purpose, code).tag())?;
        file.write_all(code)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Makes the folder where it is missing, for its owner only.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiled_form_is_used_again_and_refused_when_tampered_with() {
        let data = tempfile::tempdir().unwrap();
        let cache = data.path().join("cache");
        let key = SecretKey::made().0;
        let engine = Engine::default();
        let bytes = b"\0asm\x0d\0\x01\0";
        load(&engine, bytes, &cache, &key).unwrap();
        let entry = Entry::of(&engine, bytes, &cache);
        assert!(entry.read(&engine, &key).is_some());

        let mut sealed = fs::read(&entry.path).unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        fs::write(&entry.path, &sealed).unwrap();

        assert!(entry.read(&engine, &key).is_none());
        load(&engine, bytes, &cache, &key).unwrap();
        assert!(entry.read(&engine, &key).is_some(), "it is written anew");
    }

    #[test]
    fn a_compiled_form_of_another_folder_is_refused() {
        let one = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let bytes = b"\0asm\x0d\0\x01\0";
        load(&engine, bytes, one.path(), &SecretKey::made().0).unwrap();

        let entry = Entry::of(&engine, bytes, one.path());

        assert!(entry.read(&engine, &SecretKey::made().0).is_none());
    }
}
