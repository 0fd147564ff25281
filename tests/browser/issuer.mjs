// A sign-in service of a company, as small as OpenID Connect lets one be, with a page that asks who comes.

import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";

export const CLIENT_ID = "console-of-contoso";
export const SECRET = "hush~contoso+/secret";

/// The accounts that it has.
const ACCOUNTS = ["ada", "mallory"];

export class Issuer {
  static async begin() {
    const issuer = new Issuer();
    issuer.codes = new Map();
    issuer.keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    issuer.server = createServer((request, response) => {
      issuer.answer(request).then(
        ([status, type, body]) => response.writeHead(status, { "content-type": type }).end(body),
        (error) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise((resolve) => issuer.server.listen(0, "127.0.0.1", resolve));
    issuer.address = `http://127.0.0.1:${issuer.server.address().port}`;
    return issuer;
  }

  async answer(request) {
    const url = new URL(request.url, this.address);
    if (this.isAway) return [503, "text/plain", "away"];
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: this.address,
          authorization_endpoint: `${this.address}/authorize`,
          token_endpoint: `${this.address}/token`,
          jwks_uri: `${this.address}/keys`,
          token_endpoint_auth_methods_supported: ["client_secret_post"],
        });
      case "/keys":
        return json({ keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] });
      case "/authorize":
        return this.ask(url.searchParams);
      case "/token":
        return this.token(new URLSearchParams(await text(request)));
      default:
        return [404, "text/plain", "nothing is here"];
    }
  }

  // Its page: who comes, or nobody.
  ask(asked) {
    const back = (given) => {
      const url = new URL(asked.get("redirect_uri"));
      for (const [key, value] of Object.entries({ ...given, state: asked.get("state") })) url.searchParams.set(key, value);
      return url.href.replaceAll("&", "&amp;");
    };
    const links = ACCOUNTS.map((account) => {
      const code = randomBytes(16).toString("hex");
      this.codes.set(code, { account, asked });
      return `<li><a href="${back({ code })}">${account}</a></li>`;
    });
    const none = `<li><a href="${back({ error: "access_denied" })}">Nobody</a></li>`;
    const page = `<!doctype html><html lang="en"><title>Contoso</title><ul>${links.join("")}${none}</ul></html>`;
    return [200, "text/html; charset=utf-8", page];
  }

  token(form) {
    const { account, asked } = this.codes.get(form.get("code")) ?? {};
    this.codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const isTheirs = form.get("client_id") === CLIENT_ID && form.get("client_secret") === SECRET;
    if (!account || !isTheirs || challenge !== asked.get("code_challenge")) return json({ error: "invalid_grant" }, 400);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.address, aud: CLIENT_ID, sub: `${account}-at-contoso`, nonce: asked.get("nonce"), iat: now, exp: now + 3600 };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256", kid: "one" })}.${part(claims)}`;
    const signature = createSign("RSA-SHA256").update(signed).sign(this.keys.privateKey, "base64url");
    return json({ access_token: "a", token_type: "Bearer", expires_in: 3600, id_token: `${signed}.${signature}` });
  }

  end() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

const json = (value, status = 200) => [status, "application/json", JSON.stringify(value)];

async function text(request) {
  let all = "";
  for await (const part of request.setEncoding("utf8")) all += part;
  return all;
}
