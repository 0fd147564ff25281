// From the component to functions of JavaScript, by jco. Nothing of the component is changed.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transpile } from '@bytecodealliance/jco-transpile';

/**
 * Translates a component into `folder`. The function that it gives makes an instance, from an object with all imports:
 * `{ 'clientpoint:content-source/connection': { current() {…} }, … }`. Names are in camelCase, an error is thrown as
 * `{ tag, val }`, numbers of 64 bits are BigInt, a stream of bytes is an async iterable.
 */
export async function load(wasm, folder) {
  const { files } = await transpile(wasm, {
    name: 'plugin',
    instantiation: 'async', // The imports come as an object, so that each connection can have its own.
    wasiShim: false, // WASI too: this host's own, see http.mjs and clocks.mjs.
    emitTypescriptDeclarations: false,
    outDir: folder,
  });
  await mkdir(folder, { recursive: true });
  for (const [path, bytes] of Object.entries(files)) {
    await writeFile(join(folder, basename(path)), bytes);
  }
  const modules = new Map();
  const module = async (name) => {
    if (!modules.has(name)) modules.set(name, WebAssembly.compile(await readFile(join(folder, name))));
    return modules.get(name);
  };
  const { instantiate } = await import(pathToFileURL(resolve(folder, 'plugin.js')));
  return (imports) => instantiate(module, imports);
}
