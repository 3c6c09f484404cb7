import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { awake, cell, firstMigration, goTo, open, rowOf, rows } from '../steps';

/** As a spreadsheet of years saves it: byte-order mark, semicolons, CRLF, quotes, an open question per column of dates. */
const MESSY = `\uFEFF${[
  'Account no;Company;Main contact e-mail;State;Planned date;CSM;Area;Remarks',
  'A-1;"Halvorsen; Maritime AS";it@halvorsen.example;planned;03/04/2031;admin@landbridge.local;EU;first',
  'A-2;=HYPERLINK("http://evil.example","Click");ops@corvus.example;To do;;Dora Old;EU;',
  'A-3;"Elbtal ""Nord"" Kliniken";ops@elbtal.example;SCHEDULED;05/06/2031;;US;',
  ';Nameless Ltd;;todo;;;;',
  'A-5;Trevisan Foods;ops@trevisan.example;perhaps;;;EU;',
  'A-6;<script>alert(1)</script>;x@y.example;planned;31/12/20;;EU;',
].join('\r\n')}\r\n`;

async function upload(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.getByLabel(/^File/).setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: 'Upload' }).click();
}

async function figures(page: Page): Promise<string[]> {
  return page.locator('.tiles .tile b').allInnerTexts();
}

test('a messy spreadsheet comes in: mapped, checked, its refusals downloaded, committed', async ({ server, page }) => {
  const migration = await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Imports');
  await upload(page, 'accounts of may.csv', MESSY);
  await page.waitForURL('**/imports/*');

  await test.step('columns are proposed, questions are asked, nothing is guessed', async () => {
    await expect(page.getByLabel('Account no')).toHaveValue('external_id');
    await expect(page.getByLabel('Company')).toHaveValue('name');
    await expect(page.getByLabel('Main contact e-mail')).toHaveValue('contact_email');
    await expect(page.getByLabel('State')).toHaveValue('status');
    await expect(page.getByLabel('Area')).toHaveValue('region');
    await expect(page.getByText('Is 03/04/2031 3 April 2031 or 4 March 2031?')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run the dry run' })).toHaveAttribute('aria-disabled', 'true');
    await checkAccessibility(page);

    await page.getByLabel('Day first: 3 April 2031').check();
    await page.getByLabel('Area').selectOption({ label: 'Do not import' });
    await page.getByLabel('Dora Old').selectOption({ label: 'Nobody: leave the owner as it is' });
    await expect(page.getByText('Next: a dry run.')).toBeVisible();
  });

  await test.step('the dry run counts and writes nothing', async () => {
    await page.getByRole('button', { name: 'Run the dry run' }).click();
    await expect(page.getByRole('heading', { name: 'What the import would do' })).toBeVisible();
    expect(await figures(page)).toEqual(['3', '0', '0', '3']);
    await expect(page.getByRole('row', { name: /^5 .*The external id is empty/ })).toBeVisible();
    await expect(page.getByRole('row', { name: /^6 .*perhaps.*This is no status/ })).toBeVisible();
    await checkAccessibility(page);
  });

  await test.step('the refused rows come as a file to mend', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the refused rows' }).click();
    const file = await readFile(await (await downloading).path(), 'utf8');
    const lines = file.split('\r\n');
    expect(lines[0]).toBe(
      '\uFEFFRefused row,Refused account,Refused column,Refused value,Refused because,' +
        'Account no,Company,Main contact e-mail,State,Planned date,CSM,Area,Remarks',
    );
    expect(lines.slice(1, -1).map((line) => line.split(',')[0])).toEqual(['5', '6', '7']);
  });

  await test.step('the commit shows in the table', async () => {
    await page.getByRole('button', { name: 'Commit 3 rows' }).click();
    await expect(page.getByText('The import is finished: 3 accounts created')).toBeVisible();
    await page.getByRole('link', { name: 'Show the accounts' }).click();
    await expect(rows(page)).toHaveCount(3);
    await expect(rowOf(page, 'A-1').getByRole('rowheader')).toHaveText('Halvorsen; Maritime AS');
    await expect(cell(rowOf(page, 'A-1'), 'date')).toHaveText('3 Apr 2031');
    await expect(cell(rowOf(page, 'A-3'), 'status')).toHaveText('Scheduled');
    // A formula is a name like any other, and goes nowhere.
    await expect(rowOf(page, 'A-2').getByRole('link')).toHaveText('=HYPERLINK("http://evil.example","Click")');
    await expect(rowOf(page, 'A-2').getByRole('link')).toHaveAttribute('href', `${new URL(migration).pathname}/accounts/2`);
  });

  await test.step('the next file finds its accounts by their id', async () => {
    await goTo(page, 'Imports');
    await upload(page, 'plans.csv', 'id,name,plan\nA-1,Halvorsen; Maritime AS,Enterprise\nA-3,"Elbtal ""Nord"" Kliniken",\nA-9,New Oy,Team\n');
    await page.waitForURL('**/imports/*');
    await page.getByRole('button', { name: 'Run the dry run' }).click();
    await expect(page.getByRole('heading', { name: 'What the import would do' })).toBeVisible();
    expect(await figures(page)).toEqual(['1', '1', '1', '0']);
  });
});

test('files that are none are turned away with a reason', async ({ server, page, browserConsole }, testInfo) => {
  browserConsole.allow(/status of 422/);
  await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Imports');
  const large = testInfo.outputPath('large.csv');
  await writeFile(large, Buffer.alloc(65_000_000, 'x'));
  await page.getByLabel(/^File/).setInputFiles(large);
  await expect(page.getByRole('alert')).toContainText('The file has 65 MB');
  await page.getByLabel(/^File/).setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) });
  await expect(page.getByRole('alert')).toContainText('The file is empty');
  await upload(page, 'picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]));
  await expect(page.getByRole('alert')).toContainText('This is not a CSV file');
  await expect(page).toHaveURL(/\/imports$/);
});

test('an import outlives a reload of its page and a crash of its server', async ({ server, page, browserConsole }) => {
  browserConsole.allowServerAway();
  const migration = await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Imports');
  const lines = Array.from({ length: 30_000 }, (_, index) => `C-${index},Company ${index},it${index}@company.example`);
  await upload(page, 'accounts.csv', `id,name,email\n${lines.join('\n')}\n`);
  await page.waitForURL('**/imports/*');
  await page.getByRole('button', { name: 'Run the dry run' }).click();
  await page.getByRole('button', { name: 'Commit 30,000 rows' }).click();
  const progress = page.getByRole('region', { name: 'Next step' }).getByRole('status');
  await expect(progress).toHaveText(/^[1-9][\d,]* of 30,000 rows$/);

  await page.reload();
  await expect(page.getByText(/of 30,000 rows/)).toBeVisible();
  await server.stop('SIGKILL');
  const { whole, output } = await server.verify();
  expect(whole, output).toBe(true);
  await server.start();

  // The page has been looking all the time.
  await expect(page.getByText('The import is finished: 30,000 accounts created')).toBeVisible({ timeout: 30_000 });
  await open(page, `${migration}/accounts`);
  await expect(page.locator('.chip.all')).toHaveText('All 30,000');
  await awake(page);
});
