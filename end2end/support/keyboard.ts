// A person who has a keyboard and nothing else.
import type { Locator, Page } from '@playwright/test';
import { expect } from './studio.ts';

/** Goes to a control by Tab alone, and sees that the focus is on it. */
export async function tabTo(page: Page, control: Locator) {
  await expect(control).toBeAttached();
  for (let stops = 0; stops < 80; stops++) {
    await page.keyboard.press('Tab');
    if (await hasFocus(control)) {
      await focusIsSeen(page);
      return;
    }
  }
  throw new Error(`Tab does not lead to ${control}`);
}

const hasFocus = (control: Locator) => control.evaluate((element) => element === document.activeElement);

/** The focused control, or what frames it, looks other than without the focus. */
async function focusIsSeen(page: Page) {
  const [focused, unfocused, name] = await page.evaluate(() => {
    const active = document.activeElement as HTMLElement;
    const around = [active, active.parentElement!, active.parentElement!.parentElement!];
    const look = () => {
      // Transitions are over; what goes round for ever cannot be.
      const passing = (animation: Animation) => animation.effect?.getTiming().iterations === 1;
      document.getAnimations().filter(passing).forEach((animation) => animation.finish());
      return around
        .map((element) => getComputedStyle(element))
        .map((style) => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join())
        .join(';');
    };
    const focused = look();
    active.blur();
    const unfocused = look();
    active.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
    return [focused, unfocused, active.outerHTML.slice(0, 120)];
  });
  expect(focused, `the focus is not to be seen on ${name}`).not.toBe(unfocused);
}
