// A provider of accounts that can be connected: end2end/fakes, over HTTP.
import { startFake } from './process.ts';

export class OAuth {
  private constructor(
    private readonly address: string,
    readonly end: () => void,
  ) {}

  static async start() {
    const { address, kill } = await startFake('fake-oauth');
    const oauth = new OAuth(address, kill);
    await oauth.say('settings', { asks: true });
    return oauth;
  }

  /** What the studio has to know: as of Spotify, but for where it is. */
  get settings(): Record<string, string> {
    const at = `http://${this.address}`;
    return {
      SPOTIFY_CLIENT_ID: 'soundstage-client',
      SPOTIFY_CLIENT_SECRET: 's3cret+/:%&ä',
      CONNECT_SPOTIFY_AUTHORIZE_URL: `${at}/authorize`,
      CONNECT_SPOTIFY_TOKEN_URL: `${at}/token`,
      CONNECT_SPOTIFY_REVOKE_URL: `${at}/revoke`,
      CONNECT_SPOTIFY_PROFILE_URL: `${at}/profile`,
    };
  }

  /** By end2end/fakes/src/oauth.rs. */
  async say(what: 'next' | 'always' | 'settings' | 'end' | 'expire', body: object) {
    const answer = await fetch(`http://${this.address}/control/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the fake: ${answer.status}`);
  }

  async grants(): Promise<{ refreshes: number; ended: string | null }[]> {
    return (await fetch(`http://${this.address}/control/grants`)).json();
  }
}
