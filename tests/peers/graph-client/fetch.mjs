// The program that one would write with Microsoft's own client: lists a drive and fetches its files into a folder. It
// reports what fails, goes on with the next, and ends with status 1 then. What to fetch comes by standard input.

import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, PageIterator } from '@microsoft/microsoft-graph-client';

const { token, drive, folder } = JSON.parse(await readFile('/dev/stdin', 'utf8'));
const client = Client.init({ authProvider: (done) => done(null, token) });

const files = [];
const first = await client.api(`/drives/${drive}/root/children`).select('id,name,file').get();
await new PageIterator(client, first, (item) => (item.file && files.push(item), true)).iterate();
for (const { id, name } of files) {
  const path = join(folder, name);
  try {
    const stream = await client.api(`/drives/${drive}/items/${id}/content`).getStream();
    await pipeline(Readable.fromWeb(stream), createWriteStream(path));
  } catch (error) {
    console.error(`${name}: ${error.code ?? ''} ${error.message}`);
    await rm(path, { force: true });
    process.exitCode = 1;
  }
}
