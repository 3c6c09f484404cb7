import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { awake, cell, choose, fillSignIn, firstMigration, goTo, live, open, rowOf, rows } from '../steps';

const ACCOUNTS = [
  'id,name,status,date',
  ...Array.from({ length: 8 }, (_, index) => `A-${index + 1},Company ${index + 1},not started,`),
  'A-9,Company 9,scheduled,2031-04-03',
  'A-10,Company 10,opted out,',
  'A-11,Company 11,opted out,',
].join('\n');

async function importAccounts(page: Page, file: string, count: number): Promise<void> {
  await goTo(page, 'Imports');
  await page.getByLabel(/^File/).setInputFiles({ name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from(`${file}\n`) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL('**/imports/*');
  await page.getByRole('button', { name: 'Run the dry run' }).click();
  await page.getByRole('button', { name: `Commit ${count} rows` }).click();
  await expect(page.getByText('The import is finished')).toBeVisible();
}

async function select(page: Page, ...ids: string[]): Promise<void> {
  for (const id of ids) await rowOf(page, id).getByRole('checkbox').check();
}

async function figures(page: Page): Promise<string[]> {
  return page.locator('.bulk-figures:visible .tile b').allInnerTexts();
}

test('rows are changed in bulk after a preview, and put back with what others did left alone', async ({ server, page, openPage }) => {
  const migration = await firstMigration(page, server, 'Ledger 3');
  await importAccounts(page, ACCOUNTS, 11);
  await page.getByRole('link', { name: 'Show the accounts' }).click();
  await expect(rows(page)).toHaveCount(11);

  const colleague = await openPage();
  await open(colleague, `${server.url}/sign-in`);
  await fillSignIn(colleague, 'admin@landbridge.local', 'seven wet herons');
  await colleague.waitForURL((url) => url.pathname !== '/sign-in');
  await open(colleague, `${migration}/accounts`);
  await live(colleague);

  await test.step('the preview counts, shows samples, and groups the refusals by rule', async () => {
    await select(page, 'A-1', 'A-2', 'A-3', 'A-4', 'A-9', 'A-10', 'A-11');
    const bar = page.getByRole('region', { name: '7 accounts are selected' });
    await bar.getByRole('button', { name: 'Date…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a date of 7 accounts' });
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await expect(dialog.getByText('Choose a day.')).toBeVisible();
    await dialog.getByLabel('Date', { exact: true }).fill('2031-04-03');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByRole('dialog').getByText('Nothing is changed yet.')).toBeVisible();
    expect(await figures(page)).toEqual(['4', '1', '2']);
    await page.getByText('Opted out cannot become Scheduled.').click();
    await expect(page.getByRole('dialog').getByRole('link', { name: 'A-10 Company 10' })).toBeVisible();
    await expect(page.getByRole('dialog').locator('.bulk-samples')).toContainText('Scheduled, 3 Apr 2031');
    await checkAccessibility(page);
    await shoot(page, 'bulk-preview');
    await expect(cell(rowOf(page, 'A-1'), 'status')).toHaveText('Not started');
  });

  await test.step('it runs, and everybody sees it', async () => {
    await page.getByRole('button', { name: 'Change 4 accounts' }).click();
    await expect(page.getByRole('dialog').getByText('Done: 4 changed, 1 so already, 2 refused. It can be undone until')).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await expect(cell(rowOf(page, 'A-1'), 'status')).toHaveText('Scheduled');
    await expect(cell(rowOf(colleague, 'A-4'), 'date')).toHaveText('3 Apr 2031');
    await expect(page.getByRole('region', { name: 'A bulk change' })).toContainText('Done: 4 changed');
  });

  await test.step('the list of changes leads to the undo, which says what it leaves', async () => {
    await choose(colleague, rowOf(colleague, 'A-2'), 'status', 'Opt out');
    await expect(cell(rowOf(page, 'A-2'), 'status')).toHaveText('Opted out');
    await goTo(page, 'Changes');
    await expect(page.getByRole('row')).toHaveCount(3);
    await checkAccessibility(page);
    await shoot(page, 'bulk-changes');
    await page.getByRole('row', { name: /Scheduled for 3 Apr 2031/ }).getByRole('link', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'See what an undo would do' }).click();
    await expect(page.getByText('Status changed since by')).toBeVisible();
    expect((await figures(page)).slice(-2)).toEqual(['3', '1']);
    await checkAccessibility(page);
    await shoot(page, 'bulk-undo');
    await page.getByRole('button', { name: 'Undo for 3 accounts' }).click();
    await expect(page.getByText('3 accounts restored, 1 left as it is.')).toBeVisible();
    await expect(cell(rowOf(colleague, 'A-1'), 'status')).toHaveText('Not started');
    await expect(cell(rowOf(colleague, 'A-2'), 'status')).toHaveText('Opted out');
  });

  await test.step('the account tells both', async () => {
    await rowOf(colleague, 'A-1').getByRole('link').click();
    const history = colleague.getByRole('region', { name: 'History' });
    await expect(history.getByText('undid a change of many accounts')).toBeVisible();
    await expect(history.getByText('changed accounts in a bulk change')).toBeVisible();
    await history.getByRole('link', { name: 'see all of it' }).first().click();
    await expect(colleague.getByRole('heading', { name: 'Scheduled for 3 Apr 2031' })).toBeVisible();
  });
});

test('all that match are changed at once, and an import is undone', async ({ server, page }) => {
  const migration = await firstMigration(page, server, 'Ledger 3');
  const lines = Array.from({ length: 300 }, (_, index) => `C-${index},Company ${index}`);
  await importAccounts(page, ['id,name', ...lines].join('\n'), 300);
  await open(page, `${migration}/accounts?q=company%202`);
  await select(page, 'C-2');
  await page.getByRole('button', { name: /^Select all \d+ that match$/ }).click();
  const count = Number((await page.locator('.bulk p b').innerText()).replace(',', ''));
  expect(count).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Owner…' }).click();
  await page.getByRole('dialog').getByLabel('Owner').selectOption({ index: 2 });
  await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: `Change ${count} accounts` }).click();
  await expect(page.getByRole('dialog').getByText(`Done: ${count} changed.`)).toBeVisible();
  await page.getByRole('dialog').getByRole('link', { name: 'Details and undo' }).click();
  await expect(page.getByRole('link', { name: 'All that matched this view' })).toBeVisible();

  await test.step('what the import created goes, but for what was touched since', async () => {
    await goTo(page, 'Imports');
    await page.getByRole('link', { name: 'accounts.csv' }).click();
    await page.getByRole('link', { name: 'Undo import…' }).click();
    await awake(page);
    await page.getByRole('button', { name: 'See what an undo would do' }).click();
    await page.getByRole('button', { name: `Undo for ${300 - count} accounts` }).click();
    await expect(page.getByText(`${300 - count} taken away again, ${count} left as they are.`)).toBeVisible();
    await goTo(page, 'Accounts');
    await expect(page.locator('.chip.all')).toHaveText(`All ${count}`);
  });
});
