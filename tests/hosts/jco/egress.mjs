// The way out: every request of the plugin is judged here, by the rules of the contract (`source.egress`), and gets its
// token here.

import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { httpTypes } from './http.mjs';
import { pieces } from './streams.mjs';

const { Fields, Response } = httpTypes;
/** How long nothing may come, in milliseconds. The plugin has shorter patience of its own. */
const SILENCE = 120_000;
/** How many addresses that redirects handed out stay open. */
const OPENED_AT_MOST = 512;
/** The longest body of a request, in bytes: a batch. */
const BODY_AT_MOST = 1 << 20;

/** What a request of a batch may have. */
const BATCH_MEMBERS = new Set(['id', 'method', 'url', 'headers', 'dependsOn']);

/** What is not on the public internet. */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24],
  ['203.0.113.0', 24], ['224.0.0.0', 3],
]) {
  INSIDE.addSubnet(net, bits, 'ipv4');
}
/** Of IPv6, only what is given out to the public is let through (2000::/3), ... */
const PUBLIC_IPV6 = new BlockList();
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6');
/** ... but for tunnels to IPv4 addresses, which could be inside (Teredo, 6to4), ORCHID, and documentation. */
for (const [net, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16]]) {
  INSIDE.addSubnet(net, bits, 'ipv6');
}

export class Egress {
  /** How many requests were refused. */
  refused = 0;
  #opened = new Map();

  /** `rules` are those of the plugin's plan; without them nothing leaves. */
  constructor(rules, { tokens, insecure = false } = {}) {
    Object.assign(this, { rules, tokens, insecure });
  }

  /** wasi:http/client. An error of that interface is thrown as `{ tag, val }`. */
  async send(request) {
    const address = `${request.scheme ?? 'https'}://${request.authority}${request.path ?? '/'}`;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const permit = url && this.#judge(request.method, url, address);
    if (!permit) {
      this.refused += 1;
      throw { tag: 'HTTP-request-denied' };
    }
    let body = await bodyOf(request);
    if (request.method === 'POST') {
      body = batchOfReads(body);
      if (!body) {
        this.refused += 1;
        throw { tag: 'HTTP-request-denied' };
      }
    }
    let answer = await this.#ask(request, url, body, permit);
    if (answer.statusCode === 401 && permit === 'with-token') {
      // A token can end before its time: once, a new one is tried.
      this.tokens.forget();
      answer.resume();
      answer = await this.#ask(request, url, body, permit);
    }
    this.#open(answer, url);
    return response(answer);
  }

  /** `with-token`, `bare`, or nothing for a request that is refused. */
  #judge(method, url, address) {
    if (!this.rules || url.username || url.password) return undefined;
    if (!this.insecure && url.protocol !== 'https:') return undefined;
    if (url.origin === this.rules.apiOrigin) {
      const allowed = method === 'GET' || (method === 'POST' && this.rules.postPaths.includes(url.pathname));
      return allowed ? 'with-token' : undefined;
    }
    return method === 'GET' && this.#opened.has(address) ? 'bare' : undefined;
  }

  /** A redirect that the API answers opens exactly its target, and one from there a further one, which opens nothing. */
  #open(answer, from) {
    const { location } = answer.headers;
    if (!this.rules.redirects || !location || answer.statusCode < 300 || answer.statusCode > 399) return;
    const byApi = new URL(from).origin === this.rules.apiOrigin;
    if (!byApi && !this.#opened.get(new URL(from).href)) return;
    const note = (address) => this.#opened.set(address, byApi || this.#opened.get(address) === true);
    note(location);
    if (URL.canParse(location, from)) note(new URL(location, from).href);
    for (const oldest of this.#opened.keys()) {
      if (this.#opened.size <= OPENED_AT_MOST) break;
      this.#opened.delete(oldest);
    }
  }

  async #ask(request, url, body, permit) {
    const headers = { ...request.headers.toObject(), 'accept-encoding': 'identity' };
    if (permit === 'with-token') headers.authorization = `Bearer ${await this.tokens.current()}`;
    // The path byte for byte as it came: a pre-authenticated address is signed.
    const options = { ...urlToHttpOptions(url), path: request.path ?? '/', method: request.method, headers, timeout: SILENCE };
    if (!this.insecure) {
      options.lookup = lookupPublic; // Nobody looks up what is an address already.
      if (isIP(options.hostname) && !isPublic(options.hostname)) throw { tag: 'destination-IP-prohibited' };
    }
    return new Promise((resolve, reject) => {
      const outgoing = (url.protocol === 'https:' ? https : http).request(options, resolve);
      outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
      outgoing.on('error', (error) => reject(errorCode(error)));
      outgoing.end(body);
    });
  }
}

async function bodyOf(request) {
  if (!request.contents) return undefined;
  const chunks = [];
  let length = 0;
  for await (const bytes of pieces(request.contents)) {
    length += bytes.length;
    if (length > BODY_AT_MOST) throw { tag: 'HTTP-request-body-size', val: BigInt(length) };
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * A batch in the JSON format of OData (4.01, section 19), written anew from what was read, if it only reads, and only
 * paths of the origin: what is said twice, or by a name that nobody knows, is not found in it at the other end.
 */
export function batchOfReads(body) {
  try {
    const batch = JSON.parse(body);
    const fits = Object.keys(batch).join() === 'requests' && batch.requests.every(isRead);
    if (!fits) return undefined;
    // A read needs no header, and one could name another token.
    for (const request of batch.requests) delete request.headers;
    return Buffer.from(JSON.stringify(batch));
  } catch {
    return undefined;
  }
}

function isRead(request) {
  const { method, url, headers = {} } = request;
  const known = Object.keys(request).every((member) => BATCH_MEMBERS.has(member));
  const sameMethod = isObject(headers) && !Object.keys(headers).some((name) => /^x-http-method/i.test(name));
  return known && sameMethod && method === 'GET' && typeof url === 'string' && /^\/(?!\/)/.test(url);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The answer as the plugin sees it: its bytes as they come, and after them whether they were all. Who stops reading, or
 * never begins, leaves no connection behind.
 */
function response(answer) {
  const { promise: ending, resolve: ended } = Promise.withResolvers();
  const chunks = answer[Symbol.asyncIterator]();
  const body = {
    async next() {
      try {
        const { done, value } = await chunks.next();
        if (!done) return { done, value: new Uint8Array(value) };
        ended(answer.complete ? { tag: 'ok', val: undefined } : { tag: 'err', val: { tag: 'HTTP-response-incomplete' } });
      } catch (error) {
        ended({ tag: 'err', val: errorCode(error) });
      }
      return { done: true, value: undefined };
    },
    async return() {
      answer.destroy();
      ended({ tag: 'err', val: { tag: 'HTTP-response-incomplete' } });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return Response.of(answer.statusCode, Fields.fromRaw(answer.rawHeaders), body, ending);
}

/** Resolves a name, and refuses it if it leads inside: at the very moment of connecting, so that it can't change later. */
function lookupPublic(name, options, done) {
  dns.lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error);
    const inside = addresses.some(({ address }) => !isPublic(address));
    if (inside || addresses.length === 0) return done(Object.assign(new Error('inside'), { code: 'INSIDE' }));
    return options.all ? done(null, addresses) : done(null, addresses[0].address, addresses[0].family);
  });
}

/** Whether an address, as it stands in a URL or comes from a look-up, is on the public internet. */
export function isPublic(address) {
  if (isIP(address) === 4) return !INSIDE.check(address, 'ipv4');
  return PUBLIC_IPV6.check(address, 'ipv6') && !INSIDE.check(address, 'ipv6');
}

/** What wasi:http calls an error of Node's. */
function errorCode(error) {
  switch (error.code) {
    case 'ECONNREFUSED':
      return { tag: 'connection-refused' };
    case 'ENOTFOUND':
      return { tag: 'DNS-error', val: { rcode: error.code } };
    case 'INSIDE':
      return { tag: 'destination-IP-prohibited' };
    case 'ETIMEDOUT':
      return { tag: 'connection-timeout' };
    case 'ECONNRESET':
      return { tag: 'connection-terminated' };
    default:
      return { tag: 'internal-error', val: error.code };
  }
}
