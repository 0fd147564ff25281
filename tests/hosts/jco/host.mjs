// A whole host: connects with the company's credentials, shows a drive, and imports what can be imported.
//
//   node host.mjs onedrive.wasm FOLDER < settings.json
//
// What people fill in comes by standard input, so that the secret is in no list of processes:
//
//   { "mode": "organization", "settings": { "tenant": "…", "client-id": "…" }, "secret": "…", "drive": "b!…",
//     "simulator": { "graph": "http://127.0.0.1:4010", "login": "http://127.0.0.1:4011" } }
//
// Without "drive" it lists the drives. "simulator" is for the simulated Microsoft only: it replaces the addresses of the
// real one, and allows plain http.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clocks } from './clocks.mjs';
import { load } from './component.mjs';
import { Egress } from './egress.mjs';
import { httpTypes } from './http.mjs';
import { Library } from './library.mjs';
import { managedFiles } from './managed.mjs';
import { StateStore } from './state.mjs';
import { Tokens } from './tokens.mjs';

const [wasm, folder] = process.argv.slice(2);
if (!wasm || !folder) {
  console.error('usage: node host.mjs onedrive.wasm FOLDER < settings.json');
  process.exit(2);
}
const given = JSON.parse(await readFile('/dev/stdin', 'utf8'));
await mkdir(folder, { recursive: true });
const instantiate = await load(wasm, join(folder, 'component'));

// 1. The plugin says who it is, what it must be told, and where it goes. This part of it asks nothing of the host, but an
//    instance has all its imports: these know of no connection yet.
const { source } = await instance(undefined, new Egress(undefined));
const description = await source.describe();
const settings = Object.entries(given.settings).map(([key, value]) => ({ key, value }));
const plan = await authorizationPlan(source);

// 2. One instance a connection. The token stays out here: `Egress` puts it on requests as they leave.
const tokens = new Tokens(given.mode, settings, plan, given.secret, source);
await tokens.current();
const policy = description.defaultPolicy;
const connection = { id: 'organization', mode: given.mode, apiOrigin: plan.egress.apiOrigin, drive: given.drive, policy };
const egress = new Egress(plan.egress, { tokens, insecure: Boolean(given.simulator) });
const library = await Library.at(join(folder, 'library'), { largest: policy.maxFileBytes });
const { contentImport } = await instance(connection, egress, library);
const administrator = { id: 'admin', role: 'administrator' };

// 3. Which drives there are, what is in the chosen one, and the files.
const drives = await pages((next) => contentImport.drives(administrator, next), 'drives');
let entries = [];
let outcomes = [];
if (given.drive) {
  entries = await pages((next) => contentImport.browse(administrator, undefined, next), 'entries');
  const wanted = entries.filter((entry) => entry.verdict.tag === 'importable').map((entry) => entry.item);
  for (let from = 0; from < wanted.length; from += policy.maxFilesPerImport) {
    const some = wanted.slice(from, from + policy.maxFilesPerImport);
    outcomes.push(...(await library.open(some, () => contentImport.importFiles(administrator, some))));
  }
}
const numbers = (_, value) => (typeof value === 'bigint' ? Number(value) : value);
const report = JSON.stringify({ description, drives, entries, outcomes, refused: egress.refused }, numbers);
// jco goes on looking whether its components have something to do, so the end has to be said.
process.stdout.write(`${report}\n`, () => process.exit());

/** An instance with these powers, and no others. */
async function instance(connection, egress, library) {
  return instantiate({
    'clientpoint:content-source/connection': { current: () => connection },
    'clientpoint:content-source/content-library': library?.imports() ?? Library.none,
    'clientpoint:content-source/managed-files': managedFiles,
    'clientpoint:content-source/state-store': new StateStore().imports(),
    'clientpoint:content-source/progress': { report() {}, waiting() {} },
    'clientpoint:content-source/logging': { log: (level, line) => console.error(`${level}: ${line.slice(0, 4096)}`) },
    ...clocks,
    'wasi:http/types': httpTypes,
    'wasi:http/client': { send: (request) => egress.send(request) },
  });
}

/** What the plugin makes of the settings, with the simulator's addresses where it is one. */
async function authorizationPlan(source) {
  const plan = await source.authorization(given.mode, settings);
  if (!given.simulator) return plan;
  const tokenUrl = new URL(new URL(plan.tokenUrl).pathname, given.simulator.login).href;
  return { ...plan, tokenUrl, egress: { ...plan.egress, apiOrigin: given.simulator.graph } };
}

/** All entries of a list that comes in pages. */
async function pages(page, key) {
  const all = [];
  let next;
  do {
    const one = await page(next);
    all.push(...one[key]);
    next = one.next;
  } while (next !== undefined);
  return all;
}
