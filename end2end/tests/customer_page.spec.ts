import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO } from '../steps';

/** The address of the demo's own example. */
async function exampleOf(demo: { waitForOutput(pattern: RegExp): Promise<RegExpMatchArray> }): Promise<string> {
  const [, address] = await demo.waitForOutput(/A customer's page of the demo.*\n\s+(http\S+)/);
  return address;
}

test('a customer reads their page without script, in their language and zone', async ({ demo, openPage }) => {
  const address = await exampleOf(demo);
  for (const [timezoneId, locale] of [['Europe/Berlin', 'de-DE'], ['America/New_York', 'en-US']] as const) {
    const page = await openPage({ javaScriptEnabled: false, timezoneId, locale });
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Your move is planned for');
    // The contact's zone, not the browser's: two people who look at it talk about the same hour.
    await expect(page.getByText(/^Times are in [A-Z]/)).toBeVisible();
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Ihre Umstellung ist geplant');
    await expect(page.getByText('Rechnungsentwürfe sind abgeschlossen')).toBeVisible();
    await page.getByRole('link', { name: 'Français' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Votre migration est prévue');
  }
});

for (const javaScriptEnabled of [true, false]) {
  test(`a customer answers ${javaScriptEnabled ? 'with' : 'without'} script, and colleagues see it`, async ({ demo, openPage, page, signIn }) => {
    const address = await exampleOf(demo);
    const customer = await openPage({ javaScriptEnabled });
    await customer.goto(address);
    await customer.getByRole('heading', { name: 'Something is wrong' }).click();
    await customer.getByLabel('What is wrong?').fill('The <b>exports</b> are empty');
    await customer.getByRole('button', { name: 'Tell us' }).click();
    await expect(customer.getByRole('status')).toHaveText('Thank you for telling us. Somebody looks after it.');

    await customer.getByRole('checkbox', { name: /Finance knows the day/ }).check();
    await customer.getByRole('button', { name: 'Save for later' }).click();
    await expect(customer.getByRole('checkbox', { name: /Finance knows the day/ })).toBeChecked();

    const slot = customer.locator('.slot:not(.full):not(.yours)').first();
    await slot.getByRole('radio').check();
    await customer.getByRole('button', { name: 'Ask for the chosen day' }).click();
    await expect(customer.getByRole('status')).toHaveText('We have your request and will answer.');
    await expect(customer.getByText('we are looking at it').first()).toBeVisible();

    const reference = await customer.locator('.reference b').innerText();
    const number = reference.split('-').pop();
    await signIn(page, 'lead');
    await page.goto(`${demo.url}${DEMO}/accounts/${number}`);
    const panel = page.getByRole('region', { name: "Customer's page" });
    await expect(panel.getByText('The <b>exports</b> are empty').first()).toBeVisible();
    await panel.getByRole('button', { name: 'Decline…' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('That day is kept for others.');
    await dialog.getByRole('button', { name: 'Decline' }).click();
    await expect(dialog).toBeHidden();
    await expect(panel.getByText('That day is kept for others.').first()).toBeVisible();
    await customer.reload();
    await expect(customer.getByText('not possible').first()).toBeVisible();
  });
}

test('what is typed wrong is said at its field and kept', async ({ demo, openPage, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  const page = await openPage({ javaScriptEnabled: false });
  await page.goto(await exampleOf(demo));
  await page.getByText('Name another contact').click();
  await page.getByLabel('E-mail').fill('nobody@nowhere');
  await page.locator('#name-contact').fill('Nils Holm');
  await page.getByRole('button', { name: 'Name this contact' }).click();
  await expect(page.getByRole('alert')).toHaveText('This is not an e-mail address.');
  await expect(page.getByLabel('E-mail')).toHaveValue('nobody@nowhere');
});

test('the page is accessible and fits a phone', async ({ demo, page }) => {
  await page.goto(await exampleOf(demo));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }
  await shoot(page, 'customer');
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await checkAccessibility(page);
});

test('a link that was taken back is refused, and a new one works', async ({ demo, openPage, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  await signIn(page, 'lead');
  await page.goto(`${demo.url}${DEMO}/accounts?status=scheduled`);
  await page.getByRole('rowheader').getByRole('link').nth(3).click();
  const panel = page.getByRole('region', { name: "Customer's page" });
  const show = panel.getByRole('button', { name: /^Link for/ }).first();
  await show.click();
  const first = await panel.locator('.address code').innerText();
  const customer = await openPage({ javaScriptEnabled: false });
  await customer.goto(first);
  await expect(customer.getByRole('heading', { level: 1 })).toContainText('Your move is planned for');
  await panel.getByRole('button', { name: /^Take back/ }).first().click();
  await expect(panel.getByText(/taken back on/).first()).toBeVisible();
  await customer.goto(first);
  await expect(customer.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await show.click();
  const second = await panel.locator('.address code').innerText();
  expect(second).not.toBe(first);
  await customer.goto(second);
  await expect(customer.getByRole('heading', { level: 1 })).toContainText('Your move is planned for');
});

test('a lead sets up the pages and sees them', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await page.goto(`${demo.url}${DEMO}/customer-page`);
  await expect(page.getByRole('heading', { level: 1, name: "Customers' pages" })).toBeVisible();
  await page.getByLabel('When somebody is there').fill('Every day, 8:00 to 20:00');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  const preview = page.frameLocator('iframe[title="The customer\'s page"]');
  await expect(preview.getByText('Every day, 8:00 to 20:00')).toBeVisible();
  await page.getByLabel('Language', { exact: true }).last().selectOption('de');
  await expect(preview.getByText('Sind Sie bereit?').first()).toBeVisible();
  await checkAccessibility(page, { frames: false });
});
