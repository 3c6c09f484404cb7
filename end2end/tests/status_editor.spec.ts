import type { Page } from '@playwright/test';
import { type Server, checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, firstMigration, goTo, open } from '../steps';

const EDITOR = `${DEMO}/status-page`;

/** What anybody gets of the migration's page. */
async function readers(page: Page, server: Server): Promise<string> {
  const answer = await page.request.get(`${server.url}/status/ledger-3`);
  return answer.text();
}

async function publishPage(page: Page): Promise<void> {
  await goTo(page, 'Status page');
  await page.getByRole('button', { name: 'Publish the page' }).click();
  await expect(page.getByRole('button', { name: 'Take the page back' })).toBeVisible();
}

/** A link of the tabs inside the status page. */
const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'Status page' }).getByRole('link', { name });

test('texts are written, previewed, and published in two languages', async ({ server, page }) => {
  await firstMigration(page, server, 'Ledger 3');
  await publishPage(page);
  await tab(page, 'Texts').click();
  await page.getByRole('textbox', { name: 'What changes' }).fill('Invoices show **tax** per line <script>alert(1)</script>');
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview.locator('strong')).toHaveText('tax');
  expect(await preview.innerHTML()).not.toContain('<script');

  await page.getByLabel('Another language').fill('xx');
  await page.getByRole('button', { name: 'Add it' }).click();
  await expect(page.getByText('There is no language “xx”')).toBeVisible();
  await page.getByLabel('Another language').fill('de');
  await page.getByRole('button', { name: 'Add it' }).click();
  await expect(page.getByRole('button', { name: /^German/ })).toContainText('1 missing');
  await page.getByRole('textbox', { name: 'What changes' }).fill('Rechnungen zeigen die Steuer je Zeile');
  await expect(page.getByRole('button', { name: /^German/ })).not.toContainText('missing');

  await page.getByRole('button', { name: 'Save the draft' }).click();
  await expect(page.getByText('Draft saved')).toBeVisible();
  expect(await readers(page, server)).not.toContain('Steuer je Zeile');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Readers see exactly this')).toBeVisible();
});

test('an incident is posted in seconds, updated, and makes its part bad', async ({ server, page }) => {
  await firstMigration(page, server, 'Ledger 3');
  await publishPage(page);
  await tab(page, 'Parts').click();
  await page.getByRole('button', { name: 'Add a part' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Webhooks');
  await page.getByRole('button', { name: 'Save' }).click();
  const part = page.getByRole('listitem').filter({ hasText: 'Webhooks' });
  await expect(part.locator('.part-state')).toHaveText('Works');

  await tab(page, 'Incidents').click();
  await page.getByRole('link', { name: 'New incident' }).click();
  await page.getByLabel('Title').fill('Webhooks arrive late');
  await page.getByLabel('What readers are told').fill('We are looking.');
  await page.getByText('Parts that it concerns').click();
  await page.getByLabel('Webhooks').selectOption('Slow');
  await expect(page.getByText('Readers see this at once. Nobody has subscribed, so nobody is written to.')).toBeVisible();
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByRole('heading', { name: 'Webhooks arrive late' })).toBeVisible();

  await page.getByRole('radio', { name: 'Monitoring' }).check();
  await page.getByLabel('What readers are told').fill('On time again.');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('On time again.')).toBeVisible();

  await tab(page, 'Parts').click();
  await expect(part.locator('.part-state')).toHaveText('Slow');
  await part.getByRole('button', { name: 'Down', exact: true }).click();
  await expect(part.locator('.part-state')).toHaveText('Down');
});

test('two leads who post at once see each other, and nothing is lost', async ({ server, page, openPage }) => {
  await firstMigration(page, server, 'Ledger 3');
  await publishPage(page);
  await tab(page, 'Incidents').click();
  await page.getByRole('link', { name: 'New incident' }).click();
  await page.getByLabel('Title').fill('Slow');
  await page.getByLabel('What readers are told').fill('First words');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByRole('heading', { name: 'Slow' })).toBeVisible();

  const other = await openPage();
  await other.context().addCookies(await page.context().cookies());
  await open(other, page.url());
  await other.getByLabel('What readers are told').fill('From the other lead');
  await page.getByLabel('What readers are told').fill('From this lead');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'From this lead' })).toBeVisible();

  await other.getByRole('button', { name: 'Publish now' }).click();
  await expect(other.getByText('Nothing of yours was published')).toBeVisible();
  await expect(other.getByText('From this lead')).toBeVisible();
  await expect(other.getByLabel('What readers are told')).toHaveValue('From the other lead');
  await other.getByRole('button', { name: /^Keep mine/ }).click();
  await other.getByRole('button', { name: 'Publish now' }).click();
  await expect(other.getByRole('listitem').filter({ hasText: 'From the other lead' })).toBeVisible();
  await expect(other.getByRole('listitem').filter({ hasText: 'From this lead' })).toBeVisible();
});

test('parts move by keyboard', async ({ server, page }) => {
  await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Status page');
  await tab(page, 'Parts').click();
  for (const name of ['API', 'Reports']) {
    await page.getByRole('button', { name: 'Add a part' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  }
  await page.getByRole('button', { name: 'Move up Reports' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list').getByRole('heading', { level: 3 })).toHaveText(['Reports', 'API']);
});

test('an operator writes drafts and publishes nothing', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${EDITOR}/incidents?new=incident`);
  await expect(page.getByRole('radio', { name: 'Now' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Save the draft' })).toBeVisible();
  await open(page, `${demo.url}${EDITOR}`);
  await expect(page.getByRole('button', { name: 'Take the page back' })).toHaveCount(0);
});

for (const [name, path] of [
  ['overview', ''],
  ['incidents', '/incidents'],
  ['texts', '/texts'],
  ['parts', '/components'],
  ['templates', '/templates'],
  ['look', '/look'],
  ['new-incident', '/incidents?new=incident'],
] as const) {
  test(`the screen of the status page can be used by everybody: ${name}`, async ({ demo, page, signIn }) => {
    await signIn(page, 'lead');
    for (const width of [1440, 390]) {
      // As tall as the screen is long: else the bar at the foot of a phone covers half of a field somewhere.
      await page.setViewportSize({ width, height: 6000 });
      await open(page, `${demo.url}${EDITOR}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await checkAccessibility(page);
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
    }
    await shoot(page, `status-editor-${name}`);
  });
}
