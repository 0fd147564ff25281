// OAuth 2.0 with the company's credentials (RFC 6749, section 4.4). The plugin says where and for what; it never sees a
// token.

/** How long before its end a token is renewed, in milliseconds. */
const EARLY = 5 * 60_000;
/** How long an answer may take, in milliseconds. */
const PATIENCE = 60_000;

export class Tokens {
  #secret;
  #token;

  /** `plan` is the plugin's `authorization-plan`, `source` its interface, which explains refusals of this `mode` and `settings`. */
  constructor(mode, settings, plan, secret, source) {
    Object.assign(this, { mode, settings, plan, source });
    this.#secret = secret;
  }

  /** A token that is good now. */
  async current() {
    if (!this.#token || this.#token.until - EARLY < Date.now()) {
      // Several requests at once wait for one and the same token.
      this.asking ??= this.#ask().finally(() => (this.asking = undefined));
      await this.asking;
    }
    return this.#token.text;
  }

  forget() {
    this.#token = undefined;
  }

  async #ask() {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: this.plan.scopes.join(' '),
      client_id: this.plan.clientId,
      client_secret: this.#secret,
    });
    const answer = await fetch(this.plan.tokenUrl, {
      method: 'POST',
      body: form,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok || typeof said.access_token !== 'string') {
      const refusal = {
        error: { status: answer.status, error: said.error ?? '', description: said.error_description ?? '' },
        codes: said.error_codes ?? [],
        suberror: said.suberror,
        correlationId: said.correlation_id,
      };
      const { message } = await this.source.explain(this.mode, this.settings, refusal);
      throw new Error(message);
    }
    this.#token = { text: said.access_token, until: Date.now() + said.expires_in * 1000 };
  }
}
