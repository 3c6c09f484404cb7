import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, firstMigration, goTo, rows } from '../steps';

const ADDRESS = '/status/ledger-3-billing';

test('the status page is whole without script and names nobody', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'viewer');
  await page.goto(`${demo.url}${DEMO}/accounts`);
  const customers = await rows(page).getByRole('rowheader').allInnerTexts();

  const public_page = await openPage({ javaScriptEnabled: false });
  await public_page.goto(`${demo.url}${ADDRESS}`);
  await expect(public_page.getByRole('heading', { level: 1 })).toHaveText('Europe is moving now.');
  await expect(public_page.getByText(/^[\d,]+ of [\d,]+ accounts have moved$/)).toBeVisible();
  await expect(public_page.getByRole('heading', { name: 'When each wave moves' })).toBeVisible();
  const waves = public_page.getByRole('region', { name: 'When each wave moves' });
  await expect(waves.getByRole('heading', { level: 3 })).toHaveText(['Wave 1', 'Early wave', 'Europe', 'Americas']);
  await expect(public_page.getByText(/^Updated /)).toBeVisible();

  const html = await public_page.content();
  const ours = ['Ledger 3 billing', 'Pilot', 'Main EU', 'Early adopters', 'Lena Brandt', 'demo.example', ...customers];
  expect(ours.filter((name) => html.includes(name))).toEqual([]);
  expect(customers.length).toBeGreaterThan(10);
});

test('the status page looks right for everybody', async ({ demo, page }) => {
  for (const path of ['', '/history', '/widget']) {
    await page.goto(`${demo.url}${ADDRESS}${path}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await checkAccessibility(page);
      await page.emulateMedia({ colorScheme, contrast: 'more' });
      await checkAccessibility(page);
      await page.emulateMedia({ colorScheme, contrast: null });
    }
    await page.emulateMedia({ colorScheme: null, forcedColors: 'active' });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.emulateMedia({ forcedColors: null });
    // Nothing is wider than a phone, down to the narrowest that WCAG asks for.
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `${path || '/'} at ${width} px`).toBe(0);
    }
  }
  await page.goto(`${demo.url}${ADDRESS}`);
  await shoot(page, 'status');
});

test('the status page comes in one request and prints what is to be read', async ({ demo, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${demo.url}${ADDRESS}`, { waitUntil: 'networkidle' });
  expect(asked.filter((address) => !address.startsWith('data:'))).toEqual([`${demo.url}${ADDRESS}`]);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { name: 'When each wave moves' })).toBeVisible();
  for (const screen_only of [page.getByRole('button', { name: 'Subscribe' }), page.getByRole('link', { name: 'Reload' })]) {
    await expect(screen_only).toBeHidden();
  }
  await expect(page.getByText('Accounts that have moved', { exact: true })).toBeVisible();
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
});

test('a reader gets their language and their times, with and without script', async ({ demo, openPage }) => {
  const first_window = (page: Page) => page.getByRole('region', { name: /When each wave moves|Wann welche Welle umzieht/ }).getByRole('listitem').first().locator('time');

  // Without script: the language of the browser, the zone of the migration, clearly said; another one by a form.
  const plain = await openPage({ javaScriptEnabled: false, locale: 'de-CH', timezoneId: 'Asia/Tokyo' });
  await plain.goto(`${demo.url}${ADDRESS}`);
  await expect(plain.locator('html')).toHaveAttribute('lang', 'de');
  await expect(plain.getByRole('heading', { name: 'Wann welche Welle umzieht' })).toBeVisible();
  await expect(plain.getByText(/Zeiten in Berlin \(UTC\+[12]\)\./)).toBeVisible();
  await expect(first_window(plain).first()).toHaveText(/^\S+, \d+\. \S+( \d{4})?, 08:00$/);
  await plain.getByRole('combobox').selectOption('Asia/Tokyo');
  await plain.getByRole('button', { name: 'Ändern' }).click();
  await expect(plain.getByText('Zeiten in Tokyo (UTC+9).')).toBeVisible();
  await expect(first_window(plain).first()).toHaveText(/, 1[56]:00$/);
  await plain.getByRole('link', { name: 'English' }).click();
  await expect(plain.locator('html')).toHaveAttribute('lang', 'en');
  await checkLinks(plain);

  // With script: the reader's own zone, unless they chose one.
  for (const { timezoneId, time } of [{ timezoneId: 'Asia/Tokyo', time: /1[56]:00$/ }, { timezoneId: 'America/New_York', time: /0[123]:00$/ }]) {
    const page = await openPage({ locale: 'en-GB', timezoneId });
    await page.goto(`${demo.url}${ADDRESS}`);
    await expect(page.getByText(new RegExp(`^Times are in your own time zone: ${timezoneId.split('/')[1].replace('_', ' ')} \\(UTC.\\d+\\)\\.$`))).toBeVisible();
    await expect(first_window(page).first()).toHaveText(time);
    await page.getByRole('combobox').selectOption('Europe/Berlin');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.waitForURL(/tz=/);
    await expect(first_window(page).first()).toHaveText(/, 08:00$/);
  }
});

/** Every link of the page to this server leads somewhere. */
async function checkLinks(page: Page): Promise<void> {
  const own = await page.locator('a[href^="/status/"]').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  expect(own.length).toBeGreaterThan(3);
  for (const address of new Set(own)) expect((await page.request.get(address)).status(), address).toBe(200);
}

test('a status page is there when a lead publishes it, and follows what happens', async ({ server, page, openPage, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  await firstMigration(page, server, 'Ledger 3');
  const address = `${server.url}/status/ledger-3`;
  const customer = await openPage({ javaScriptEnabled: false });
  await customer.goto(address);
  await expect(customer.getByRole('heading', { name: 'There is no status page here' })).toBeVisible();

  await goTo(page, 'Status page');
  await page.getByRole('button', { name: 'Publish the page' }).click();
  await expect(page.getByRole('link', { name: 'Open', exact: true })).toBeVisible();
  const told = async () => {
    await customer.reload();
    return customer.getByRole('heading', { level: 1 }).innerText();
  };
  await expect.poll(told).toBe('The migration has not started yet. Everything works as usual.');

  /** Presses a button of the page that asks for a reason, and gives one. */
  const step = async (button: string, confirm: string) => {
    await page.getByRole('button', { name: button }).click();
    const question = page.getByRole('dialog');
    await question.getByLabel('Reason').fill('As planned');
    await question.getByRole('button', { name: confirm }).click();
    await expect(question).toBeHidden();
  };
  await goTo(page, 'Settings');
  await step('Start…', 'Start the migration');
  await goTo(page, 'Cohorts');
  await page.getByRole('button', { name: 'Cohort', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Pilot');
  await page.getByRole('button', { name: 'Add the cohort' }).click();
  // Nobody is in it, so nobody was told: a lead starts it all the same.
  await page.getByRole('link', { name: '1 · Pilot' }).click();
  await page.getByRole('button', { name: 'Start the cohort…' }).click();
  const start = page.getByRole('dialog', { name: 'Start 1 · Pilot?' });
  await start.getByRole('textbox', { name: 'Reason' }).fill('As planned');
  await start.getByLabel(/^Override the gate/).check();
  await start.getByRole('button', { name: 'Start the cohort in spite of it' }).click();
  await expect(start).toBeHidden();
  await goTo(page, 'Cohorts');
  // The customers' name of a cohort without one of its own is its place.
  await expect.poll(told).toBe('Wave 1 is moving now.');
  await step('Halt Pilot', 'Halt now');
  await expect.poll(told).toBe('The migration is on hold for the moment. Everything works as usual.');

  await goTo(page, 'Status page');
  await page.getByRole('button', { name: 'Take the page back' }).click();
  await expect.poll(told).toBe('There is no status page here');
});
