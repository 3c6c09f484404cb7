import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { awake, cell, firstMigration, goTo, open, rowOf, rows } from '../steps';
import { type Cell, cellsOf, workbook } from '../workbook';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** As somebody keeps it in Excel: ids as numbers, days as days, a column that no name explains, a second sheet. */
const ACCOUNTS: Cell[][] = [
  ['Customer id', 'Company', 'State', 'Planned date', 'Remarks'],
  [10492, 'Halvorsen; Maritime AS', 'planned', { day: '2031-04-03' }, 'EU'],
  [10493, '=HYPERLINK("http://evil.example")', 'To do', '', 'US'],
  [10494, '-5 degrees', 'SCHEDULED', { day: '2031-05-06' }, 'EU'],
];

async function choose(page: Page, name: string, content: Buffer): Promise<void> {
  await page.getByLabel(/^File/).setInputFiles({ name, mimeType: XLSX, buffer: content });
  await page.getByRole('button', { name: 'Upload' }).click();
}

async function download(page: Page, kind: string): Promise<{ name: string; file: Buffer }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: kind }).click();
  const done = await downloading;
  await page.keyboard.press('Escape');
  return { name: done.suggestedFilename(), file: await readFile(await done.path()) };
}

async function commit(page: Page, figures: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Run the dry run' }).click();
  await expect(page.getByRole('heading', { name: 'What the import would do' })).toBeVisible();
  expect(await page.locator('.tiles .tile b').allInnerTexts()).toEqual(figures);
}

test('a workbook comes in by its sheet, its mapping is remembered, the view goes out as both kinds of file', async ({ server, page }) => {
  const migration = await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Imports');

  await test.step('of two sheets one is asked for, and the question has the focus', async () => {
    await choose(page, 'kunden.xlsx', workbook({ Notes: [['To do'], ['call']], Accounts: ACCOUNTS }));
    const sheet = page.getByLabel('Sheet: this workbook has 2 with something in them');
    await expect(sheet).toBeFocused();
    await checkAccessibility(page);
    await sheet.selectOption('Accounts');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.waitForURL('**/imports/*');
    await expect(page.getByText('kunden.xlsx, read from the sheet “Accounts”, 3 rows')).toBeVisible();
    await expect(page.getByText('The sheet “Notes” was not read.')).toBeVisible();
  });

  await test.step('a correction of the columns counts for the next such file', async () => {
    await expect(page.getByLabel('Customer id')).toHaveValue('external_id');
    await expect(page.getByLabel('Planned date')).toHaveValue('scheduled_for');
    await page.getByLabel('Remarks').selectOption({ label: 'Region' });
    await commit(page, ['3', '0', '0', '0']);
    await page.getByRole('button', { name: 'Commit 3 rows' }).click();
    await expect(page.getByText('The import is finished: 3 accounts created')).toBeVisible();

    await goTo(page, 'Imports');
    const [, ...cells] = ACCOUNTS;
    await choose(page, 'june.xlsx', workbook({ June: [['Customer ID', 'company', 'State', 'Planned date', 'REMARKS'], ...cells] }));
    await page.waitForURL('**/imports/*');
    await expect(page.getByText(/^Mapped as last time, by First admin on \d+ \w{3} \d{4}\.$/)).toBeVisible();
    await expect(page.getByLabel('REMARKS')).toHaveValue('region');
    await checkAccessibility(page);
    await page.getByRole('button', { name: 'Map anew' }).click();
    await expect(page.getByLabel('REMARKS')).toHaveValue('');
    await expect(page.getByText('Mapped as last time')).toHaveCount(0);
  });

  await test.step('a column that nothing is for becomes a field of the migration', async () => {
    await page.getByLabel('REMARKS').selectOption({ label: 'New field: Text (suggested)' });
    await expect(page.getByText('Added at the commit')).toBeVisible();
    await commit(page, ['0', '3', '0', '0']);
    await page.getByRole('button', { name: 'Commit 3 rows' }).click();
    await expect(page.getByText('The import is finished: 0 accounts created, 3 accounts updated')).toBeVisible();
  });

  await test.step('what the table shows is in both files, and no cell is a formula', async () => {
    await open(page, `${migration}/accounts?sort=-account`);
    await expect(rows(page)).toHaveCount(3);
    await expect(cell(rowOf(page, '10492'), 'date')).toHaveText('3 Apr 2031');
    await page.getByRole('button', { name: 'Export' }).click();
    await expect(page.getByText('3 accounts of this view')).toBeVisible();
    await checkAccessibility(page);
    await page.keyboard.press('Escape');

    const csv = await download(page, 'CSV, for any program');
    expect(csv.name).toMatch(/^ledger-3-\d{4}-\d\d-\d\d\.csv$/);
    const lines = csv.file.toString('utf8').split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFFAccount,Name,.*,REMARKS$/);
    expect(lines.slice(1, -1).map((line) => line.split(',')[0])).toEqual(['10494', '10493', '10492']);
    expect(lines[1]).toContain("'-5 degrees");
    expect(lines[2]).toContain("\"'=HYPERLINK(\"\"http://evil.example\"\")\"");

    const xlsx = await download(page, 'Excel workbook');
    expect(xlsx.name).toMatch(/\.xlsx$/);
    const [head, ...body] = cellsOf(xlsx.file);
    expect(head.join(',')).toBe(lines[0].slice(1));
    expect(body.map((row) => row[0])).toEqual(['10494', '10493', '10492']);
    expect(body[1][1]).toBe('=HYPERLINK("http://evil.example")');
    expect(body[2][head.indexOf('Date')]).toBe('2031-04-03');
    // Still the same page, alive.
    await awake(page);
    await expect(rows(page)).toHaveCount(3);

    await goTo(page, 'Imports');
    await choose(page, 'again.csv', csv.file);
    await page.waitForURL('**/imports/*');
    await commit(page, ['0', '0', '3', '0']);
  });
});

test('a workbook that cannot be read is turned away with what to do', async ({ server, page, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await firstMigration(page, server, 'Ledger 3');
  await goTo(page, 'Imports');
  const whole = workbook({ Accounts: ACCOUNTS });
  await choose(page, 'cut.xlsx', whole.subarray(0, whole.length / 2));
  await expect(page.getByRole('alert')).toContainText('The workbook is damaged');
  const locked = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]);
  await choose(page, 'locked.xlsx', locked);
  await expect(page.getByRole('alert')).toContainText('protected by a password');
  await choose(page, 'mapped.xlsx', whole);
  await page.waitForURL('**/imports/*');
});
