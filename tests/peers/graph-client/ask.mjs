// Microsoft's own client asks the simulator, and tells what it got. What to ask comes by standard input.

import { buffer } from 'node:stream/consumers';
import { readFile } from 'node:fs/promises';
import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from '@microsoft/microsoft-graph-client';

const { token, drive, paths, file, since } = JSON.parse(await readFile('/dev/stdin', 'utf8'));
const client = Client.init({ authProvider: (done) => done(null, token) });
const root = `/drives/${drive}/root`;

/** All entries of a list that comes in pages, and the delta link at the end, if there is one. */
async function all(first) {
  const entries = [];
  const pages = new PageIterator(client, first, (entry) => entries.push(entry) > 0);
  await pages.iterate();
  return { entries, deltaLink: pages.getDeltaLink() };
}

async function bytes(path, headers = {}) {
  const stream = await client.api(path).headers(headers).getStream();
  return (await buffer(stream)).toString('base64');
}

const report = {};
report.drive = await client.api(`/drives/${drive}`).select('id,driveType').get();
report.children = (await all(await client.api(`${root}/children`).top(3).select('id,name').get())).entries;

report.byPath = {};
for (const path of paths) {
  const address = path.split('/').map(encodeURIComponent).join('/');
  const item = await client.api(`${root}:/${address}`).get();
  report.byPath[path] = { name: item.name, id: item.id, bytes: await bytes(`${root}:/${address}:/content`) };
}
const part = await client.api(`/drives/${drive}/items/${file}`).select('id,@microsoft.graph.downloadUrl').get();
const ranged = await fetch(part['@microsoft.graph.downloadUrl'], { headers: { range: 'bytes=10-19' } });
report.range = { status: ranged.status, text: await ranged.text(), told: ranged.headers.get('content-range') };

report.missing = await client.api(`${root}:/nowhere.pdf`).get().then(
  () => 'found',
  (error) => ({ status: error.statusCode, code: error.code, request: Boolean(error.requestId) }),
);

const delta = await all(await client.api(since ?? `${root}/delta`).get());
const files = delta.entries.filter((entry) => entry.file && !entry.deleted);
report.delta = { names: files.map((entry) => entry.name), link: delta.deltaLink };
report.deleted = delta.entries.filter((entry) => entry.deleted).map((entry) => entry.id);

// The client cuts off no more than the host, and Node's Request takes whole addresses only: so no Request.
const batch = new BatchRequestContent(
  [file, 'nothing-of-this-id'].map((id, index) => ({
    id: String(index),
    request: { method: 'GET', url: `/drives/${drive}/items/${id}`, headers: new Headers() },
  })),
);
const answers = new BatchResponseContent(await client.api('/$batch').post(await batch.getContent()));
report.batch = [answers.getResponseById('0').status, answers.getResponseById('1').status];
console.log(JSON.stringify(report));
