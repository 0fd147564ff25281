// The types of wasi:http, as far as the plugin imports them. Nothing is sent here: see egress.mjs.

/** Headers that belong to the host: the plugin can't set them. */
const FORBIDDEN = new Set([
  'authorization',
  'connection',
  'cookie',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);
/** RFC 9110: the characters of a header's name, and those that its value can't have. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NOT_IN_VALUE = /[\0\r\n]/;

class Fields {
  entries = [];

  static fromList(entries) {
    const fields = new Fields();
    for (const [name, value] of entries) {
      if (FORBIDDEN.has(name.toLowerCase())) throw { tag: 'forbidden' };
      const text = Buffer.from(value).toString('latin1');
      if (!NAME.test(name) || NOT_IN_VALUE.test(text)) throw { tag: 'invalid-syntax' };
      fields.entries.push([name.toLowerCase(), Uint8Array.from(value)]);
    }
    return fields;
  }

  /** Fields of an answer, from names and values in turn, as Node has them. */
  static fromRaw(raw) {
    const fields = new Fields();
    for (let index = 0; index < raw.length; index += 2) {
      fields.entries.push([raw[index].toLowerCase(), Uint8Array.from(Buffer.from(raw[index + 1], 'latin1'))]);
    }
    return fields;
  }

  copyAll() {
    return this.entries.map(([name, value]) => [name, value]);
  }

  /** As Node wants them: several values of a name in a list. */
  toObject() {
    const object = {};
    for (const [name, value] of this.entries) {
      (object[name] ??= []).push(Buffer.from(value).toString('latin1'));
    }
    return object;
  }
}

class RequestOptions {}

class Request {
  method = 'GET';

  static new(headers, contents, trailers, options) {
    const request = Object.assign(new Request(), { headers, contents });
    // The second is for who wants to know when the body has been sent.
    return [request, Promise.resolve({ tag: 'ok', val: undefined })];
  }

  setMethod(method) {
    this.method = (method.tag === 'other' ? method.val : method.tag).toUpperCase();
  }

  setScheme(scheme) {
    this.scheme = (scheme?.tag === 'other' ? scheme.val : scheme?.tag)?.toLowerCase();
  }

  setAuthority(authority) {
    this.authority = authority;
  }

  setPathWithQuery(path) {
    this.path = path;
  }
}

class Response {
  /** `body` is an async iterable of Uint8Array; `ending` a promise of how it ended. */
  static of(status, headers, body, ending) {
    return Object.assign(new Response(), { status, headers, body, ending });
  }

  getStatusCode() {
    return this.status;
  }

  getHeaders() {
    return this.headers;
  }

  static consumeBody(response) {
    const { body, ending } = response;
    response.body = undefined;
    return [body, ending];
  }

  /** Dropped with its body still in it. */
  [Symbol.dispose]() {
    void this.body?.return();
  }
}

export const httpTypes = { Fields, Request, RequestOptions, Response };
