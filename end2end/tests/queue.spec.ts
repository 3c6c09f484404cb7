import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, live, open } from '../steps';
import type { Page } from '@playwright/test';

const QUEUE = `${DEMO}/notifications`;

/** How many messages a chip counts. */
async function count(page: Page, state: string): Promise<number> {
  const chip = page.getByRole('region', { name: 'Messages by state' }).getByRole('link', { name: new RegExp(`^${state} `) });
  return Number((await chip.locator('b').innerText()).replace(',', ''));
}

/** Shows the messages of one state. */
async function show(page: Page, state: string): Promise<void> {
  await page.getByRole('region', { name: 'Messages by state' }).getByRole('link', { name: new RegExp(`^${state} `) }).click();
  await expect(page.getByRole('region', { name: 'Messages by state' }).getByRole('link', { name: new RegExp(`^${state} `) })).toHaveAttribute('aria-current', 'true');
}

/** Does something with what is selected, with a reason. */
async function act(page: Page, button: string, reason: string): Promise<void> {
  const question = page.getByRole('dialog', { name: /\?$/ });
  await page.getByRole('group', { name: 'Selected messages' }).getByRole('button', { name: button }).click();
  await question.getByLabel('Reason').fill(reason);
  const verb = button === 'Cancel' ? 'Cancel the messages' : button;
  await question.getByRole('button', { name: verb, exact: true }).click();
  await expect(question).toBeHidden();
}

test('a lead holds, releases and cancels many messages at once; somebody else sees it as it happens', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${QUEUE}`);
  const [waiting, held, cancelled] = [await count(page, 'Waiting'), await count(page, 'Held'), await count(page, 'Cancelled')];
  expect(waiting).toBeGreaterThan(5);
  const watching = await openPage();
  await signIn(watching, 'viewer');
  await open(watching, `${demo.url}${QUEUE}`);
  await live(watching);
  await expect(watching.getByRole('checkbox')).toHaveCount(0);
  await checkAccessibility(page);

  await show(page, 'Waiting');
  for (const box of (await page.getByRole('checkbox', { name: /^Select: / }).all()).slice(0, 2)) await box.check();
  await expect(page.getByText('2 selected')).toBeVisible();
  await act(page, 'Hold', 'The wording changes');
  await expect(page.getByText('2 messages held.')).toBeVisible();
  await expect.poll(() => count(page, 'Waiting')).toBe(waiting - 2);
  await expect.poll(() => count(watching, 'Held')).toBe(held + 2);

  await show(page, 'Held');
  await expect(page.getByText('The wording changes').first()).toBeVisible();
  await page.getByRole('checkbox', { name: /^All [\d,]+ that match$/ }).check();
  await act(page, 'Release', 'The wording is fine');
  await expect.poll(() => count(page, 'Held')).toBe(0);
  await expect.poll(() => count(page, 'Waiting')).toBe(waiting + held);

  await show(page, 'Waiting');
  await page.getByRole('checkbox', { name: /^Select: / }).first().check();
  await act(page, 'Cancel', 'Sent by hand');
  await expect.poll(() => count(page, 'Cancelled')).toBe(cancelled + 1);
  await expect.poll(() => count(watching, 'Cancelled')).toBe(cancelled + 1);
});

test('a question stays open, with what was typed, while somebody else changes the list', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${QUEUE}?state=waiting`);
  await live(page);
  const other = await openPage();
  await signIn(other, 'lead');
  await open(other, `${demo.url}${QUEUE}?state=waiting`);
  const held = await count(page, 'Held');
  await page.getByRole('checkbox', { name: /^Select: / }).nth(3).check();
  await page.getByRole('group', { name: 'Selected messages' }).getByRole('button', { name: 'Hold' }).click();
  const question = page.getByRole('dialog', { name: 'Hold 1 message?' });
  await question.getByLabel('Reason').fill('Half a sent');
  await other.getByRole('checkbox', { name: /^Select: / }).first().check();
  await act(other, 'Hold', 'Somebody else was quicker');
  await expect.poll(() => count(page, 'Held')).toBe(held + 1);
  await expect(question.getByLabel('Reason')).toHaveValue('Half a sent');
  await question.getByLabel('Reason').fill('Half a sentence');
  await question.getByRole('button', { name: 'Hold', exact: true }).click();
  await expect(question).toBeHidden();
  await expect(page.getByText('1 message held.')).toBeVisible();
  await expect.poll(() => count(page, 'Held')).toBe(held + 2);
});

test('what failed is composed again and goes', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${QUEUE}?state=failed`);
  const failed = await count(page, 'Failed');
  await page.getByRole('checkbox', { name: /^Select: / }).first().check();
  await act(page, 'Compose again', 'The address is right now');
  await expect(page.getByText('1 message composed again.')).toBeVisible();
  await expect.poll(() => count(page, 'Failed')).toBe(failed - 1);
});

test('what was sent is refused, and says why', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${QUEUE}?state=sent`);
  await page.getByRole('checkbox', { name: /^Select: / }).first().check();
  await act(page, 'Hold', 'too late');
  await expect(page.getByText(/0 messages held\. Not changed – 1: It was sent already/)).toBeVisible();
});

test('a message opens beside the list, reads like mail, and the mailbox shows what was sent', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${QUEUE}?state=failed`);
  await page.getByRole('button', { name: 'Notice of the date' }).first().click();
  const sheet = page.getByRole('dialog', { name: 'Notice of the date' });
  await expect(sheet).toContainText('no such user');
  await expect(sheet).toContainText('Your account moves');
  const letter = sheet.frameLocator('iframe');
  await expect(letter.getByText('You need not do anything')).toBeVisible();
  await checkAccessibility(page, { frames: false });
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  await page.getByRole('navigation', { name: 'Notifications' }).getByRole('link', { name: 'Mailbox' }).click();
  await expect(page.getByRole('heading', { name: 'Mailbox', level: 1 })).toBeVisible();
  await expect(page.getByText('did not leave this server')).toBeVisible();
  await page.getByRole('main').getByRole('listitem').first().getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('Hello');
});

test('a recorded call counts as told, on the account and for whoever looks at it', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'operator');
  const address = `${demo.url}${DEMO}/accounts/1150`;
  await open(page, address);
  const watching = await openPage();
  await signIn(watching, 'viewer');
  await open(watching, address);
  await live(watching);
  const messages = (where: Page) => where.getByRole('region', { name: 'Messages' });
  await expect(messages(page)).toContainText('Not told');
  await messages(page).getByRole('button', { name: 'Record a call' }).click();
  const form = page.getByRole('dialog', { name: 'Record a call' });
  await form.getByLabel('What you told them').fill('The date, and that nothing is to be done');
  await form.getByRole('button', { name: 'Record the call' }).click();
  await expect(form).toBeHidden();
  await expect(messages(page)).toContainText('Notified');
  await expect(messages(watching)).toContainText('Notified');
  await expect(messages(watching)).toContainText('Call to');
});

test('an endpoint is added with a key that is shown once', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422.*endpoints\/add/);
  await signIn(page, 'lead');
  await open(page, `${demo.url}${QUEUE}/endpoints`);
  await page.getByLabel('Name').fill('Billing events');
  await page.getByLabel('Address').fill('events.example');
  await page.getByLabel('Kind').selectOption('standard');
  await page.getByRole('button', { name: 'Add the endpoint' }).click();
  await expect(page.getByText('An address begins with https://')).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Billing events');
  await page.getByLabel('Address').fill('https://events.example/in');
  await page.getByRole('button', { name: 'Add the endpoint' }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await expect(page.getByRole('row', { name: /Billing events events\.example/ })).toBeVisible();
  await open(page, `${demo.url}${QUEUE}/endpoints`);
  await expect(page.getByText(/^whsec_/)).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('messages are cards, and no page is wider than the phone', async ({ demo, page, signIn }) => {
    await signIn(page, 'lead');
    for (const place of ['', '/mailbox', '/endpoints']) {
      await open(page, `${demo.url}${QUEUE}${place}`);
      const { width, content } = await page.evaluate(() => ({
        width: document.documentElement.clientWidth,
        content: document.documentElement.scrollWidth,
      }));
      expect(content, place).toBeLessThanOrEqual(width);
    }
    await open(page, `${demo.url}${QUEUE}`);
    await page.getByRole('button', { name: 'Notice of the date' }).first().click();
    await expect(page.getByRole('dialog')).toContainText('What has become of it');
    await checkAccessibility(page, { frames: false });
  });
});
