// content-library over a folder: a file's bytes, and beside them a description with its link.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pieces } from './streams.mjs';

const forbidden = async () => {
  throw { tag: 'forbidden' };
};

/** Where imported files land. */
const PLACE = 'Company Wide';

export class Library {
  #wanted = [];

  /** A library that takes nothing, for an instance that only answers questions. */
  static none = { Draft: class {}, create: forbidden, stat: forbidden, bind: forbidden, filesBySource: forbidden };

  /** The library of a folder. `largest` is the largest file, in bytes, as a BigInt. */
  static async at(folder, { largest }) {
    const library = Object.assign(new Library(), { folder, largest, files: [] });
    // Drafts are in a folder of their own; what a crash left there is nobody's.
    library.drafts = join(folder, 'drafts');
    await rm(library.drafts, { recursive: true, force: true });
    await mkdir(library.drafts, { recursive: true });
    for (const name of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
      library.files.push(JSON.parse(await readFile(join(folder, name), 'utf8'), numbers));
    }
    library.nextId = Math.max(100_000, ...library.files.map((file) => Number(file.id))) + 1;
    return library;
  }

  /** Takes files of these items in, and no others, for as long as `during` takes: what a person has asked for. */
  async open(items, during) {
    this.#wanted = items;
    try {
      return await during();
    } finally {
      this.#wanted = [];
    }
  }

  /** The interface `content-library`. */
  imports() {
    const library = this;

    class Draft {
      size = 0n;
      hash = createHash('sha256');
      path = join(library.drafts, randomUUID());

      async write(data) {
        if (this.writing) throw { tag: 'other', val: 'somebody else writes to this draft' };
        this.writing = true;
        try {
          this.file ??= await open(this.path, 'wx');
          for await (const bytes of pieces(data)) {
            this.size += BigInt(bytes.length);
            if (this.size > library.largest) throw { tag: 'too-large', val: library.largest };
            this.hash.update(bytes);
            await this.file.write(bytes);
          }
          return this.size;
        } catch (error) {
          throw storageError(error);
        } finally {
          this.writing = false;
        }
      }

      /** Bytes first, description last and in one step: a file is one once its description is there. */
      static async commit(draft, link) {
        try {
          return await library.commit(draft, link);
        } catch (error) {
          throw storageError(error);
        } finally {
          await draft[Symbol.asyncDispose]();
        }
      }

      /** Dropped without a commit, it is thrown away. */
      [Symbol.dispose]() {
        void this[Symbol.asyncDispose]();
      }

      async [Symbol.asyncDispose]() {
        await this.file?.close().catch(() => {});
        await rm(this.path, { force: true });
      }
    }

    return {
      Draft,
      create: async (name) => {
        if (this.#wanted.length === 0) throw { tag: 'forbidden' };
        return Object.assign(new Draft(), { name });
      },
      // Lent for a sheet alone, and this host offers no association.
      stat: forbidden,
      bind: forbidden,
      filesBySource: async (items) => items.map((item) => this.files.filter((file) => follows(file, item))),
    };
  }

  async commit(draft, link) {
    const wanted = this.#wanted.some(({ drive, item }) => drive === link.source.drive && item === link.source.item);
    if (!wanted) throw { tag: 'forbidden' };
    const same = this.files.find((file) => follows(file, link.source));
    if (same) throw { tag: 'already-linked', val: same.id };
    if (draft.size !== link.size) throw { tag: 'size-mismatch' };

    const file = {
      id: String(this.nextId++),
      name: draft.name,
      place: PLACE,
      revision: 1n,
      size: draft.size,
      sha256: draft.hash.digest('hex'),
      link,
    };
    // Reserved before anything waits, so that two commits at once do not get the same id or the same item.
    this.files.push(file);
    try {
      draft.file ??= await open(draft.path, 'wx'); // An empty file was never written to.
      await draft.file.sync();
      await rename(draft.path, this.path(file));
      const description = join(this.drafts, `${file.id}.json`);
      await writeFile(description, JSON.stringify(file, texts), { flush: true });
      await rename(description, join(this.folder, `${file.id}.json`));
    } catch (error) {
      this.files.splice(this.files.indexOf(file), 1);
      throw error;
    }
    return file;
  }

  /** Where a file's bytes are. */
  path(file) {
    return join(this.folder, `${file.id}.bytes`);
  }
}

function follows(file, item) {
  return file.link.source.drive === item.drive && file.link.source.item === item.item;
}

/** Errors of the contract pass; others become some. */
function storageError(error) {
  if (error.tag) return error;
  return error.code === 'ENOSPC' ? { tag: 'no-space' } : { tag: 'unavailable', val: String(error.code ?? error) };
}

// Numbers of 64 bits are BigInt for the plugin, and text in JSON.
const LARGE = new Set(['revision', 'size']);
const texts = (key, value) => (typeof value === 'bigint' ? String(value) : value);
const numbers = (key, value) => (LARGE.has(key) ? BigInt(value) : value);
