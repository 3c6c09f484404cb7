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
  await expect(public_page.getByRole('listitem').getByRole('heading')).toHaveText(['Wave 1', 'Early wave', 'Europe', 'Americas']);
  await expect(public_page.getByText(/^Updated /)).toBeVisible();

  const html = await public_page.content();
  const ours = ['Ledger 3 billing', 'Pilot', 'Main EU', 'Early adopters', 'Lena Brandt', 'demo.example', ...customers];
  expect(ours.filter((name) => html.includes(name))).toEqual([]);
  expect(customers.length).toBeGreaterThan(10);
});

test('the status page looks right for everybody', async ({ demo, page }) => {
  await page.goto(`${demo.url}${ADDRESS}`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }
  await shoot(page, 'status');
});

test('a status page is there when a lead publishes it, and follows what happens', async ({ server, page, openPage, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  await firstMigration(page, server, 'Ledger 3');
  const address = `${server.url}/status/ledger-3`;
  const customer = await openPage({ javaScriptEnabled: false });
  await customer.goto(address);
  await expect(customer.getByRole('heading', { name: 'There is no status page here' })).toBeVisible();

  await goTo(page, 'Settings');
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

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Take the page back' }).click();
  await expect.poll(told).toBe('There is no status page here');
});
