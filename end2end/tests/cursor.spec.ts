import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { DEMO, cell, choose, editor, idsOf, live, open, rowOf, rows } from '../steps';

/** The account whose row has the focus. */
const focused = (page: Page) => page.locator('#account-rows-body tr:has([data-col]:focus) td.id');
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search accounts' });

test('the cursor stays with its account while rows above it leave the view', async ({ demo, page, openPage, signIn }) => {
  const other = await openPage();
  await signIn(page, 'lead');
  await signIn(other, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`);
  await live(page);
  const ids = await idsOf(page);

  await test.step('somebody else takes the first account away', async () => {
    await cell(rowOf(page, ids[4]), 'cohort').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await open(other, `${demo.url}${DEMO}/accounts?q=${ids[0]}`);
    await choose(other, rowOf(other, ids[0]), 'status', 'Opt out');
    await expect(rowOf(page, ids[0])).toHaveCount(0);
    await expect(focused(page)).toHaveText(ids[5]);
    await expect(rows(page).filter({ has: page.locator('[data-span]') }).locator('td.id')).toHaveText([ids[4], ids[5]]);
    await page.keyboard.press('Escape');
  });

  await test.step('after Enter the next account is next, though the row before it goes', async () => {
    await cell(rowOf(page, ids[2]), 'blocker').focus();
    await page.keyboard.type('no contract');
    await page.keyboard.press('Enter');
    await expect(rowOf(page, ids[2])).toHaveCount(0);
    await expect(focused(page)).toHaveText(ids[3]);
  });

  await test.step('when the account itself goes, it is said where the cursor is', async () => {
    // The size of the selection is being said for some seconds.
    await expect(page.locator('.said')).toBeEmpty();
    await open(other, `${demo.url}${DEMO}/accounts?q=${ids[3]}`);
    await choose(other, rowOf(other, ids[3]), 'status', 'Opt out');
    await expect(rowOf(page, ids[3])).toHaveCount(0);
    await expect(focused(page)).toHaveText(ids[4]);
    await expect(page.locator('.said')).toContainText('The account that you were on has moved away. You are on');
  });
});

test('the cell with the cursor is in sight, beside the pinned columns', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await page.locator('#account-rows-body td.region').nth(3).focus();
  await page.keyboard.press('End');
  const columns = await page.locator('#account-rows-body [role="row"]').nth(3).locator('[data-col]').count();
  for (let column = columns - 1; column > 2; column -= 1) {
    await page.keyboard.press('ArrowLeft');
    const hidden = await page.evaluate(() => {
      const cell = document.activeElement?.getBoundingClientRect();
      const pinned = document.activeElement?.closest('tr')?.querySelector('.last-pin')?.getBoundingClientRect();
      return cell && pinned ? Math.round(pinned.right - cell.left) : NaN;
    });
    expect(hidden, `pixels of column ${column - 1} below the pinned ones`).toBeLessThanOrEqual(1);
  }
});

test('a date is typed at its cell, and Tab goes on from a line', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`);
  const [id] = await idsOf(page);
  await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
  await live(page);
  const row = rowOf(page, id);
  const own = (name: string) =>
    row.locator('td.custom').nth(['Contract tier', 'Seats', 'Kick-off call', 'SSO', 'CRM', 'Notes'].indexOf(name));

  await test.step('what is no day stays in the field and is said', async () => {
    await cell(row, 'date').focus();
    await page.keyboard.type('32 Dec 2031');
    await expect(editor(page).getByLabel('Date', { exact: true })).toHaveValue('32 Dec 2031');
    await page.keyboard.press('Enter');
    await expect(editor(page)).toContainText('December 2031 has 31 days.');
    await page.keyboard.press('Escape');
  });
  await test.step('a day as people write it', async () => {
    await cell(row, 'date').focus();
    await page.keyboard.type('24.12.2031');
    await page.keyboard.press('Enter');
    await expect(cell(row, 'date').locator('time')).toHaveAttribute('datetime', '2031-12-24');
    await expect(cell(row, 'status')).toContainText('Scheduled');
  });
  await test.step('also in a field of the migration', async () => {
    await own('Kick-off call').focus();
    await page.keyboard.type('3 May 2031');
    await page.keyboard.press('Tab');
    await expect(own('Kick-off call').locator('time')).toHaveAttribute('datetime', '2031-05-03');
    await expect(own('SSO')).toBeFocused();
  });
  await test.step('Tab keeps a text, too, and goes on; with Shift to the left', async () => {
    await own('Seats').focus();
    await page.keyboard.type('77');
    await page.keyboard.press('Shift+Tab');
    await expect(own('Seats')).toHaveText('77');
    await expect(own('Contract tier')).toBeFocused();
    await page.keyboard.type('prem');
    await page.keyboard.press('Tab');
    await expect(own('Contract tier')).toHaveText('Premium');
    await expect(own('Seats')).toBeFocused();
  });
});

test('a table without matches keeps its search where it was', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await live(page);
  const before = await search(page).boundingBox();
  await search(page).fill('nobody is called so');
  await expect(page.getByText('No account matches')).toBeVisible();
  expect((await search(page).boundingBox())?.y).toBe(before?.y);
  await search(page).fill('');
  await expect(rows(page).first()).toBeVisible();
  await search(page).press('ArrowDown');
  await expect(page.locator('#account-rows-body [data-col]:focus')).toBeVisible();
});

test('menus above the table: conditions close by their button, the order asks anew', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?all`);
  await live(page);
  const conditions = page.getByRole('button', { name: 'Condition', exact: true });
  const menu = page.getByRole('dialog', { name: 'Conditions' });
  await conditions.click();
  for (let part = 0; part < 3; part += 1) {
    await menu.getByRole('button', { name: 'Add condition' }).click();
    const [button, opened] = [await conditions.boundingBox(), await menu.boundingBox()];
    expect(opened?.y).toBeGreaterThanOrEqual((button?.y ?? 0) + (button?.height ?? 0));
  }
  await menu.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(menu).toBeHidden();

  await page.getByRole('button', { name: /^Sort/ }).click();
  const order = page.getByRole('dialog', { name: 'Sort' });
  for (const column of ['Plan', 'Date', 'Blocker']) {
    const asks = order.locator('#add-sort');
    await expect(asks).toHaveValue('');
    await asks.selectOption(column);
    await page.waitForURL(new RegExp(`sort=[^&]*${column.toLowerCase()}`));
  }
  await expect(page).toHaveURL(/sort=plan,date,blocker/);
});

test('an address says which of its values it could not read', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?status=not_sta&from=2026-13-99`);
  await expect(page.getByText('“not_sta” in this address is no status, so it was left out.')).toBeVisible();
  await expect(page.getByText('“2026-13-99” in this address is no day, so it was left out.')).toBeVisible();
  await open(page, `${demo.url}${DEMO}/accounts?view=nosuchview`);
  await expect(page.getByText('The saved view of this link is not there any more')).toBeVisible();
  await page.getByRole('link', { name: 'Go on with all accounts' }).click();
  await expect(page.getByText('The saved view of this link')).toHaveCount(0);
  await expect(rows(page).first()).toBeVisible();
});

test('a hundred conditions leave room for the rows', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  const many = Array.from({ length: 99 }, (_, index) => `name.has:a${index}`).join(',');
  await open(page, `${demo.url}${DEMO}/accounts?where=any(name.set,${many})`);
  await expect(rows(page).nth(10)).toBeInViewport();
});

test('the file that was chosen for an import is named', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/imports`);
  await page.locator('#import-file').setInputFiles({ name: 'crm.csv', mimeType: 'text/csv', buffer: Buffer.from('id\nC-1\n') });
  const label = page.locator('label[for="import-file"]');
  await expect(label).toContainText('crm.csv');
  const [drawn, named] = [await page.locator('.drop').boundingBox(), await label.boundingBox()];
  expect((named?.y ?? 0) + (named?.height ?? 0)).toBeLessThan((drawn?.y ?? 0) + (drawn?.height ?? 0));
});

test('a cell that cannot be edited says why', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await cell(rows(page).first(), 'owner').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.said')).toHaveText('You can read accounts. Operators and leads change them.');
  await expect(page.locator('.table-foot')).not.toContainText('edit');
  const other = await openPage();
  await signIn(other, 'operator');
  await open(other, `${demo.url}${DEMO}/accounts`);
  await cell(rows(other).first(), 'rollback').focus();
  await other.keyboard.press('x');
  await expect(other.locator('.said')).toHaveText('Rollback until cannot be changed here.');
});

test('columns are hidden one after the other by the keyboard', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?columns=name,plan,region,status,date`);
  await page.getByRole('button', { name: /^Columns/ }).press('Enter');
  const menu = page.getByRole('dialog', { name: 'Columns' });
  await menu.locator('#shown-columns').getByRole('checkbox', { name: 'Plan' }).focus();
  await page.keyboard.press('Space');
  await expect(menu.locator('#shown-columns').getByRole('checkbox', { name: 'Region' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect(menu.locator('#shown-columns').getByRole('checkbox', { name: 'Status' })).toBeFocused();
  await expect(page.getByRole('columnheader', { name: /^(Plan|Region)/ })).toHaveCount(0);
});

test('a row that is kept for the choice between two values hides no other', async ({ demo, page, openPage, signIn }) => {
  const other = await openPage();
  await signIn(page, 'lead');
  await signIn(other, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`);
  await live(page);
  const ids = await idsOf(page);
  const id = ids[1];
  await cell(rowOf(page, id), 'owner').click();
  await open(other, `${demo.url}${DEMO}/accounts?q=${id}`);
  const before = await cell(rowOf(other, id), 'owner').innerText();
  const theirs = before.includes('Priya Raman') ? 'Omar Haddad' : 'Priya Raman';
  await choose(other, rowOf(other, id), 'owner', theirs);
  await expect(cell(rowOf(other, id), 'owner')).toContainText(theirs);
  await choose(other, rowOf(other, id), 'status', 'Opt out');
  await expect(cell(rowOf(other, id), 'status')).toContainText('Opted out');
  await expect(rowOf(page, id)).toContainText('no longer in this view');
  await editor(page).getByRole('menu').getByText('Hanna Kowalska').click();
  const conflict = page.getByRole('alertdialog', { name: 'Two values for Owner' });
  await expect(conflict).toBeVisible();
  await expect(rowOf(page, id)).toContainText('no longer in this view');
  expect((await idsOf(page)).slice(0, 3)).toEqual(ids.slice(0, 3));
  await conflict.getByRole('button', { name: 'Keep theirs' }).click();
  await expect(rowOf(page, id)).toHaveCount(0);
  await expect(page.locator('#account-rows-body [data-col]:focus')).toBeVisible();
});
