// state-store: small values, changed by compare-and-swap. These live as long as the process; a host that syncs keeps
// them durably, one space a connection.

const KEYS_AT_MOST = 1_000;

export class StateStore {
  #values = new Map();
  #version = 0n;

  imports() {
    const get = async (key) => this.#values.get(key);
    const swap = async (key, expected, value) => {
      if (Buffer.byteLength(key) > 256 || (value?.length ?? 0) > 64 << 10) throw { tag: 'too-large' };
      if (this.#values.size >= KEYS_AT_MOST && !this.#values.has(key)) throw { tag: 'other', val: 'too many keys' };
      const present = this.#values.get(key);
      if (present?.version !== expected) return { tag: 'stale', val: present };
      this.#version += 1n;
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, { value, version: this.#version });
      return { tag: 'stored', val: this.#version };
    };
    return { get, swap };
  }
}
