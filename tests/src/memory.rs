//! Looking into the sandbox: the linear memory of every instance, as it was when the instance ended.

use std::{
    ptr::NonNull,
    sync::{Arc, Mutex},
};

use clientpoint_engine::plugin::Plugin;
use clientpoint_host::key_files;
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// The most that an instance may have: the host's own limit is 64 MiB. Pages that nobody touches cost nothing.
const AT_MOST: usize = 128 << 20;

/// What was in the memories.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Vec<u8>>>>);

impl Recorder {
    /// The component, on an engine whose memories end here.
    pub fn plugin(&self) -> Arc<Plugin> {
        let folder = tempfile::tempdir().unwrap();
        let key = key_files::load(folder.path()).unwrap();
        let creator = Arc::new(self.clone());
        let plugin = Plugin::load_with(&crate::component(), folder.path(), &key, |config| {
            // Without guards around it, every access is checked, so that plain memory will do.
            config
                .with_host_memory(creator)
                .memory_reservation(0)
                .memory_reservation_for_growth(0)
                .memory_guard_size(0)
                .memory_init_cow(false);
        });
        Arc::new(plugin.unwrap())
    }

    /// How many instances have ended, and how many of their memories hold this text.
    pub fn holding(&self, text: &str) -> (usize, usize) {
        let memories = self.0.lock().unwrap();
        let holding = memories
            .iter()
            .filter(|memory| crate::files::contains(memory, text.as_bytes()));
        (memories.len(), holding.count())
    }
}

struct Memory {
    start: NonNull<u8>,
    size: usize,
    recorder: Recorder,
}

// The bytes belong to one instance, which one thread enters at a time.
#[allow(unsafe_code, reason = "see above")]
unsafe impl Send for Memory {}
#[allow(unsafe_code, reason = "see above")]
unsafe impl Sync for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        let whole = std::ptr::slice_from_raw_parts_mut(self.start.as_ptr(), AT_MOST);
        // It was leaked in `new_memory`, with this length, and nobody else has it any more.
        #[allow(unsafe_code, reason = "see above")]
        let whole = unsafe { Box::from_raw(whole) };
        self.recorder.0.lock().unwrap().push(whole[..self.size].to_vec());
    }
}

// The address never changes, all bytes up to the capacity are there and zero at first, and nobody else uses them.
#[allow(unsafe_code, reason = "see above")]
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        AT_MOST
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        if AT_MOST < new_size {
            return Err(wasmtime::Error::msg("more memory than an instance may have"));
        }
        self.size = new_size;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

#[allow(unsafe_code, reason = "it makes what is sound for the reasons given above")]
unsafe impl MemoryCreator for Recorder {
    fn new_memory(
        &self,
        _ty: MemoryType,
        minimum: usize,
        _maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if guard != 0 || reserved.is_some_and(|reserved| AT_MOST < reserved) || AT_MOST < minimum {
            return Err("this memory has no guards, and is not that large".into());
        }
        let start = Box::leak(vec![0_u8; AT_MOST].into_boxed_slice());
        Ok(Box::new(Memory {
            start: NonNull::from(start).cast(),
            size: minimum,
            recorder: self.clone(),
        }))
    }
}
