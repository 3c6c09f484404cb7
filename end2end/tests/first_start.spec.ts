import { expect, test } from '../fixtures';
import { acceptLink, awake, fillSignIn, firstMigration, goTo, live, open } from '../steps';

test('an empty server leads from the one-time link to a first migration with cohorts', async ({ server, page, openPage, browserConsole }) => {
  browserConsole.allow(/status of 4(04|22).*(accept|welcome)/);
  const link = await server.firstLink();
  await open(page, link);
  await page.getByLabel('Password', { exact: true }).fill('too short');
  await page.getByLabel('The same again').fill('too short');
  await page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await expect(page.locator('.field .error')).toContainText('At least 12 characters');

  await acceptLink(page, link, 'seven wet herons');
  await expect(page.getByRole('heading', { name: 'Start your first migration' })).toBeVisible();
  await page.getByLabel('Name').fill('Ledger 3: Billing');
  await page.getByLabel('Deadline').fill('2031-06-30');
  await page.getByRole('button', { name: 'Start the migration' }).click();
  await expect(page).toHaveURL(`${server.url}/m/ledger-3-billing/accounts`);
  await expect(page.getByRole('heading', { name: 'No accounts yet' })).toBeVisible();
  await expect(page.getByText('until 30 Jun 2031')).toBeVisible();

  await test.step('the link works once', async () => {
    const thief = await openPage();
    await thief.goto(link);
    await expect(thief.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible();
  });

  await test.step('cohorts keep their order', async () => {
    await goTo(page, 'Cohorts');
    for (const name of ['Early adopters', 'Pilot']) {
      await page.getByRole('button', { name: 'Cohort', exact: true }).click();
      const form = page.getByRole('dialog', { name: 'New cohort' });
      await form.getByLabel('Name', { exact: true }).fill(name);
      await form.getByLabel('Window starts').fill('2031-05-01T22:00');
      await form.getByLabel('Window ends').fill('2031-05-02T04:00');
      await form.getByRole('button', { name: 'Add the cohort' }).click();
      await expect(page.getByRole('heading', { name, exact: false })).toBeVisible();
    }
    await page.getByRole('button', { name: 'Move Pilot up' }).click();
    await expect(page.getByRole('listitem').getByRole('heading')).toHaveText(['1 · Pilot', '2 · Early adopters']);
  });

  await test.step('a restart keeps everything, the session too', async () => {
    // The open page notices that the server is away for a moment.
    browserConsole.allowServerAway();
    await server.restart();
    await page.reload();
    await expect(page.getByRole('listitem').getByRole('heading')).toHaveText(['1 · Pilot', '2 · Early adopters']);
  });
});

test('a user gets a link, works with it in another browser, and is shut out when disabled', async ({ server, page, openPage, browserConsole }) => {
  browserConsole.allow(/status of 401/);
  // A page that asks for the feed in the moment of signing out is turned away.
  browserConsole.allow(/WebSocket.*Unexpected response code: 303/);
  const migration = await firstMigration(page, server, 'Ledger 3');
  await page.getByRole('navigation', { name: 'Landbridge' }).getByRole('link', { name: 'Users' }).click();
  await page.getByRole('button', { name: 'User', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Add a user' });
  await form.getByLabel('Name').fill('Ines Ferreira');
  await form.getByLabel('E-mail address').fill('ines@company.example');
  await form.getByLabel('Operator').check();
  await form.getByRole('button', { name: 'Add and make a link' }).click();
  const shown = page.getByRole('dialog', { name: 'Link for Ines Ferreira' });
  const link = await shown.getByRole('code').innerText();
  await shown.getByRole('button', { name: 'Done' }).click();
  const line = page.getByRole('row', { name: /Ines Ferreira/ });
  await expect(line).toContainText('Link not used yet');

  const ines = await openPage();
  await acceptLink(ines, link, 'nine dry walruses');
  await ines.getByRole('link', { name: 'Ledger 3' }).click();
  await expect(ines.getByText('A lead imports them from a spreadsheet')).toBeVisible();
  await ines.getByRole('button', { name: /Ines Ferreira, your menu/ }).click();
  await ines.getByRole('button', { name: 'Sign out' }).click();
  await ines.waitForURL('**/sign-in');
  await awake(ines);
  await fillSignIn(ines, 'ines@company.example', 'nine dry walruses');
  await ines.waitForURL(`${server.url}/`);
  await open(ines, `${migration}/accounts`);
  await live(ines);

  await line.getByRole('button', { name: /Disable/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(line).toContainText('Disabled');
  // Nothing is clicked over there: the open page is told.
  await ines.waitForURL('**/sign-in?next=*');
});
