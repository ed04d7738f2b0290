// A real provider of OpenID Connect, of npm, on another site than the studio's: 127.0.0.1 is not localhost to
// a browser. Its people have the name that they type, and that name's address at example.org.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { Provider } from 'oidc-provider';

const client = { id: 'soundstage', secret: 's3cret/+ :&-and-long-enough' };

export class Oidc {
  private handle: RequestListener = (_, response) => response.writeHead(503).end();
  private readonly server = createServer((request, response) => this.handle(request, response));
  private issuer = '';

  /** Its address is known before the studio's, to which it will send browsers back. */
  async listen() {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What the studio has to know. */
  get settings(): Record<string, string> {
    return {
      OIDC_ISSUER: this.issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_LABEL: 'Northlight',
    };
  }

  /** By the callback's address that README.md names. */
  serve(studio: string) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [`${studio}/sign-in/with/oidc/callback`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      pkce: { required: () => true },
      cookies: { keys: ['not a secret'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      jwks: { keys: [key] },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: id }),
      }),
    });
    const pages = provider.callback();
    // Chromium may ask for an icon, and logs an error where it finds none.
    this.handle = (request, response) =>
      request.url === '/favicon.ico' ? response.writeHead(204).end() : pages(request, response);
  }

  end() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Signs in there and lets the studio know; ends where the provider sends the browser. */
export async function signInThere(page: Page, name: string) {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}
