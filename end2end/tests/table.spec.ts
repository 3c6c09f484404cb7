import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, cell, choose, editor, firstIn, firstMigration, idsOf, live, open, rowOf, rows } from '../steps';

test('all accounts can be scrolled through, with few of them in the document', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts`);
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', '2001');
  await expect(rowOf(page, 'C-10000')).toBeInViewport();

  const region = page.locator('#account-rows');
  await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(rowOf(page, `C-${10_000 + 1_000 * 7}`)).toBeVisible();
  await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(rowOf(page, `C-${10_000 + 1_999 * 7}`)).toBeInViewport();
  expect(await rows(page).count()).toBeLessThan(100);

  await test.step('by the keyboard, too', async () => {
    await cell(rowOf(page, `C-${10_000 + 1_999 * 7}`), 'id').focus();
    await page.keyboard.press('Control+Home');
    await expect(cell(rowOf(page, 'C-10000'), 'id')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('Control+End');
    await expect(rowOf(page, `C-${10_000 + 1_999 * 7}`).getByRole('gridcell').last()).toBeFocused();
  });
});

test('a view is its address: filter, search and order open the same in another browser', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await page.getByRole('link', { name: /^Completed/ }).click();
  await page.waitForURL('**?status=completed');
  // Quicker than any answer: what is shown in the end is what was typed in the end.
  await page.getByLabel('Search accounts').pressSequentially('enterprise eu');
  await page.waitForURL('**?status=completed&q=enterprise%20eu');
  const name = page.getByRole('columnheader', { name: 'Name' });
  await name.getByRole('link').click();
  await name.getByRole('link').click();
  await expect(name).toHaveAttribute('aria-sort', 'descending');
  await expect(page).toHaveURL(/status=completed&q=enterprise%20eu&sort=-name$/);

  await page.getByRole('button', { name: 'Condition', exact: true }).click();
  const menu = page.getByRole('dialog', { name: 'Conditions' });
  await menu.getByLabel('3 · Main EU').check();
  await menu.getByLabel('2 · Early adopters').check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Cohort is any of 3 · Main EU, 2 · Early adopters' })).toBeVisible();
  await expect(page.getByRole('grid')).not.toHaveAttribute('aria-busy');
  const shown = await idsOf(page);
  expect(shown.length).toBeGreaterThan(3);
  await expect(rows(page).locator('td.status').filter({ hasNotText: 'Completed' })).toHaveCount(0);
  const names = await rows(page).getByRole('rowheader').allInnerTexts();
  expect(names).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? 1 : -1)));

  const other = await openPage();
  await signIn(other, 'lead');
  await open(other, page.url());
  await expect(other.getByLabel('Search accounts')).toHaveValue('enterprise eu');
  expect(await idsOf(other)).toEqual(shown);
  await page.goBack();
  await expect(page.getByRole('group', { name: 'Cohort is 3 · Main EU' })).toBeVisible();
});

test('counts follow the other conditions, and a status is put in and out', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?cohort=1`);
  const count = async (chip: string) => Number((await page.locator(`.chip.${chip} b`).innerText()).replaceAll(',', ''));
  const [all, completed] = [await count('all'), await count('completed')];
  await page.getByRole('link', { name: /^Completed/ }).click();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(completed + 1));
  expect(await count('all')).toBe(all);
  await page.getByRole('link', { name: /^Completed/ }).click();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(all + 1));
  await page.getByLabel('Search accounts').fill('no such account anywhere');
  await expect(page.getByRole('heading', { name: 'No account matches' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'Reset' }).last().click();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '2001');
});

test('status, date, cohort, owner and blocker are changed in the row', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  const id = await firstIn(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`);
  await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
  await live(page);
  const row = rowOf(page, id);

  await choose(page, row, 'owner', 'Hanna Kowalska');
  await expect(cell(row, 'owner')).toContainText('Hanna Kowalska');
  await choose(page, row, 'cohort', '4 · Main US');
  await expect(cell(row, 'cohort')).toHaveText('4 · Main US');

  await cell(row, 'date').click();
  await editor(page).getByLabel('Date', { exact: true }).fill('2031-05-21');
  await checkAccessibility(page);
  await editor(page).getByRole('button', { name: 'Save' }).click();
  await expect(cell(row, 'date')).toHaveText('21 May 2031');
  await expect(cell(row, 'status')).toHaveText('Scheduled');

  await cell(row, 'blocker').click();
  await editor(page).getByLabel('What kind').selectOption('contract');
  await editor(page).getByLabel('What blocks it').fill('Signs after the holidays');
  await editor(page).getByRole('button', { name: 'Block' }).click();
  await expect(cell(row, 'blocker')).toHaveText('Contract Signs after the holidays');
  await expect(cell(row, 'status')).toHaveText('Blocked');
  await choose(page, row, 'status', 'Resume');
  await expect(cell(row, 'status')).toHaveText('Scheduled');

  await test.step('what the rules refuse stays in sight with its rule', async () => {
    await cell(row, 'status').click();
    const start = editor(page).getByRole('menuitem', { name: /^Start/ });
    await expect(start).toHaveAttribute('aria-disabled', 'true');
    await expect(start).toContainText('Its cohort is planned. An account starts only while its cohort is running');
    await expect(editor(page).getByRole('menuitem', { name: /^Complete/ })).toContainText('Scheduled cannot become Completed');
    await checkAccessibility(page);
    await page.keyboard.press('Escape');
    await expect(editor(page)).toBeHidden();
    await expect(cell(row, 'status')).toBeFocused();
  });

  await test.step('by the keyboard alone', async () => {
    await page.keyboard.press('Enter');
    await expect(editor(page).getByRole('menuitem').first()).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(editor(page)).toBeHidden();
    await expect(cell(row, 'status')).toHaveText('Not started');
  });
});

test('who may not edit is offered no editor', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?status=scheduled`);
  await live(page);
  await cell(rows(page).first(), 'status').click();
  await expect(editor(page)).toBeHidden();
});

test('an account is added by hand', async ({ server, page }) => {
  await firstMigration(page, server, 'Ledger 3');
  for (const [id, name] of [['B-2', 'Corvus Retail'], ['B-1', 'Adria Foods']]) {
    await page.getByRole('button', { name: 'Account', exact: true }).click();
    const form = page.getByRole('dialog', { name: 'Add an account' });
    await form.getByLabel('External id').fill(id);
    await form.getByLabel('Name').fill(name);
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(rowOf(page, id).getByRole('rowheader')).toHaveText(name);
  }
  expect(await idsOf(page)).toEqual(['B-1', 'B-2']);
});

test('names keep their room beside fields of its own, and stay in sight', async ({ page, server }) => {
  const base = await firstMigration(page, server, 'Wide');
  const migration = await idOf(page, base);
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const form = { migration, 'form[label]': `Field ${number}`, 'form[kind]': 'text' };
    expect((await page.request.post(`${server.url}/api/fields/add`, { form })).ok()).toBe(true);
  }
  const name = 'Vereinigte Elbtal Kliniken und Pflege';
  const account = { external_id: 'C-1', name, email: '', custom: {} };
  const data = { migration, command: 'a'.repeat(32), form: account };
  expect((await page.request.post(`${server.url}/api/accounts/create`, { data })).ok()).toBe(true);
  await open(page, `${base}/accounts`);
  const region = page.locator('#account-rows');
  const [id, head] = [cell(rowOf(page, 'C-1'), 'id'), rowOf(page, 'C-1').getByRole('rowheader')];
  expect((await head.boundingBox())?.width).toBeGreaterThanOrEqual(224);
  await expect(page.getByRole('columnheader', { name: 'Field 6' })).not.toBeInViewport();
  await region.evaluate((element) => element.scrollTo({ left: element.scrollWidth }));
  await expect(page.getByRole('columnheader', { name: 'Field 6' })).toBeInViewport();
  await expect(id).toBeInViewport({ ratio: 1 });
  await expect(head).toBeInViewport({ ratio: 1 });
  // Nothing lies over them.
  const box = await head.boundingBox();
  const top = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('th, td')?.className, [box!.x + 40, box!.y + 8]);
  expect(top).toContain('name');
});

test("the rollback deadline is a day of the migration's zone", async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  const windows = page.waitForResponse('**/api/accounts/window');
  await open(page, `${demo.url}${DEMO}/accounts?status=completed`);
  await page.getByRole('columnheader', { name: 'Rollback until' }).getByRole('link').click();
  const { rows: known, as_of: today } = await (await windows).json();
  await expect(page.getByRole('grid')).not.toHaveAttribute('aria-busy');
  const shown = await rows(page).locator('td.rollback').allInnerTexts();
  const words = known.map((row: { rollback_until_on: string | null }) => {
    if (!row.rollback_until_on) return '–';
    const day = new Date(row.rollback_until_on);
    const year = row.rollback_until_on.slice(0, 4) === today.slice(0, 4) ? undefined : ('numeric' as const);
    const text = day.toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year });
    return row.rollback_until_on < today ? `Ended ${text}` : text;
  });
  expect(shown.length).toBeGreaterThan(10);
  expect(shown).toEqual(words.slice(0, shown.length));
});

/** The id of the migration at this address. */
async function idOf(page: Page, base: string): Promise<string> {
  const slug = new URL(base).pathname.split('/').pop()!;
  const answer = await page.request.post(`${new URL(base).origin}/api/migrations/overview`, { form: { slug } });
  return (await answer.json()).migration.id;
}
