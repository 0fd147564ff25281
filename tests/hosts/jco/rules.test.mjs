// What a host must refuse, whatever the plugin is that it runs.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { batchOfReads, isPublic } from './egress.mjs';
import { Library } from './library.mjs';

test('a batch of reads goes out as it was judged, without any headers in it', () => {
  const one = (members) => `{"requests":[{"id":"0",${members}}]}`;
  const sent = (body) => batchOfReads(Buffer.from(body))?.toString();
  const good = one('"method":"GET","url":"/drives/b!a/items/01?$select=id"');
  assert.equal(sent(good), good);
  const other = one('"method":"GET","url":"/drives/b!a/items/01?$select=id","headers":{"authorization":"Bearer x","host":"evil.example"}');
  assert.equal(sent(other), good);
  assert.equal(sent(one('"method":"DELETE","method":"GET","url":"/x"')), one('"method":"GET","url":"/x"'));
  for (const bad of [
    one('"method":"DELETE","url":"/x"'),
    one('"method":"GET","method":"DELETE","url":"/x"'),
    one('"method":"GET","Method":"DELETE","url":"/x"'),
    one('"method":"GET","url":"/x","body":null'),
    one('"method":"GET","url":"https://evil.example/"'),
    one('"method":"GET","url":"//evil.example/"'),
    one('"method":"GET","url":["/x"]'),
    one('"method":"GET","url":"/x","headers":{"X-HTTP-Method-Override":"DELETE"}'),
    one('"method":"GET","url":"/x","headers":null'),
    '{"requests":[],"Requests":[]}',
    '{"requests":{}}',
    '{"requests":[null]}',
    '[]',
    'null',
    '',
  ]) {
    assert.equal(sent(bad), undefined, bad);
  }
  assert.equal(batchOfReads(undefined), undefined);
});

test('addresses inside the network are told from public ones', () => {
  for (const inside of [
    '127.0.0.1', '10.1.2.3', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255', '::1', '::', 'fe80::1',
    'fc00::1', 'ff02::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1',
  ]) {
    assert.equal(isPublic(inside), false, inside);
  }
  for (const outside of ['20.190.128.1', '13.107.6.152', '2603:1026::1', '2001:4860:4860::8888']) {
    assert.equal(isPublic(outside), true, outside);
  }
});

test('of two commits at once for one item, one comes in', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'library-'));
  context.after(() => rm(folder, { recursive: true }));
  const library = await Library.at(folder, { largest: 100n });
  const { Draft, create, filesBySource } = library.imports();
  const item = { drive: 'b!a', item: '01' };
  const commit = async () => Draft.commit(await create('A.pdf'), { source: item, size: 0n });

  const became = await library.open([item], () => Promise.allSettled([commit(), commit()]));

  assert.deepEqual(became.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(became.find(({ reason }) => reason).reason.tag, 'already-linked');
  assert.equal((await filesBySource([item]))[0].length, 1);
});

test('what is lent for a sheet is not lent by a host that reads none', async () => {
  const library = Object.assign(new Library(), { files: [] });
  await assert.rejects(library.imports().stat(['100001']), { tag: 'forbidden' });
});
