import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, open } from '../steps';
import type { Page } from '@playwright/test';

const FORM = '/status/ledger-3-billing/subscribe';

/** The address of the link in the newest letter to somebody, as a colleague sees it in the on-screen mailbox. */
async function linkIn(staff: Page, url: string, address: string): Promise<string> {
  const letter = staff.getByRole('dialog');
  await expect(async () => {
    await open(staff, `${url}${DEMO}/notifications/mailbox`);
    await staff.getByRole('button', { name: new RegExp(address) }).first().click({ timeout: 2_000 });
    await expect(letter).toContainText('/status/subscription/', { timeout: 2_000 });
  }).toPass();
  const text = await letter.innerText();
  return /https?:\/\/\S+\/status\/subscription\/[a-z0-9]+/.exec(text)![0];
}

test('a reader subscribes, confirms, changes and stops without script', async ({ demo, page, openPage, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  const address = `ann${Date.now()}@reader.example`;
  const reader = await openPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await reader.goto(`${demo.url}${FORM}?lang=en`);
  await expect(reader.getByRole('heading', { name: 'Get updates' })).toBeVisible();
  await reader.getByLabel('E-mail').fill('no address');
  await reader.getByRole('button', { name: 'Get updates' }).click();
  await expect(reader.getByRole('alert')).toContainText('This is not an e-mail address.');
  await expect(reader.getByLabel('E-mail')).toHaveValue('no address');
  await reader.getByLabel('E-mail').fill(address);
  await reader.getByText('Only some waves or parts').click();
  await reader.getByLabel('Europe').check();
  await reader.getByRole('button', { name: 'Get updates' }).click();
  await expect(reader.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();

  await signIn(page, 'viewer');
  const link = await linkIn(page, demo.url, address);
  await reader.goto(link);
  await reader.getByRole('button', { name: 'Confirm the subscription' }).click();
  await expect(reader.getByRole('heading', { name: 'You are subscribed' })).toBeVisible();
  await reader.getByRole('link', { name: 'Change what you are told' }).click();
  await expect(reader.getByLabel('Europe')).toBeChecked();
  await reader.getByLabel('Language').selectOption('de');
  await reader.getByRole('button', { name: 'Save' }).click();
  await expect(reader.getByRole('status')).toHaveText('Gespeichert.');
  const wide = await reader.evaluate('document.documentElement.scrollWidth').catch(() => 390);
  expect(wide).toBeLessThanOrEqual(390);
  await reader.getByRole('button', { name: 'Abbestellen' }).click();
  await expect(reader.getByRole('heading', { name: 'Sie haben abbestellt' })).toBeVisible();
});

test('the form and its answers can be used by everybody', async ({ demo, page, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${demo.url}${FORM}?lang=en`);
    await checkAccessibility(page);
    await page.getByRole('button', { name: 'Get updates' }).click();
    await expect(page.getByRole('alert')).toContainText('Give an e-mail address.');
    await checkAccessibility(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }
});

test('a lead finds a subscriber, stops one and removes one', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/status-page/subscribers`);
  await checkAccessibility(page);
  await page.getByLabel('Address').fill('reader2@');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'reader2@reader.example' });
  await expect(row).toContainText('Confirmed');
  await row.getByRole('button', { name: 'Stop' }).click();
  const question = page.getByRole('dialog');
  await question.getByLabel('Reason').fill('They called');
  await question.getByRole('button', { name: 'Stop' }).click();
  await expect(row).toContainText('Stopped by a colleague.');
  await row.getByRole('button', { name: 'Remove' }).click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No address contains “reader2@”')).toBeVisible();
});
