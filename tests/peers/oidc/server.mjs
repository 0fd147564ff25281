// An OpenID provider that others wrote, for one application that proves itself by a secret and one that does by a
// certificate. Reads a line of JSON: { redirect, secret, certificate }, and answers with one: { issuer }.
import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';

const line = await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
const { redirect, secret, certificate } = JSON.parse(line);

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const application = {
  redirect_uris: [redirect],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
};
const clients = [
  { ...application, client_id: 'secret', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
];
if (certificate) {
  clients.push({
    ...application,
    client_id: 'certificate',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    jwks: { keys: [createPublicKey(certificate).export({ format: 'jwk' })] },
  });
}

const provider = new Provider(issuer, {
  clients,
  scopes: ['openid', 'offline_access', 'files'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  conformIdTokenClaims: false,
  enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
  features: { devInteractions: { enabled: true }, clientCredentials: { enabled: true } },
});
server.on('request', provider.callback());
console.log(JSON.stringify({ issuer }));
