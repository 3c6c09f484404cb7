import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, firstMigration, idsOf, live, open, rowOf, rows } from '../steps';

/** A name that no other test of this worker has given. */
let names = 0;
const named = (word: string) => `${word} ${test.info().workerIndex}-${(names += 1)}`;

const views = (page: Page) => page.getByRole('navigation', { name: 'Saved views' });
const menu = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });

/** Opens one of the menus above the table. */
async function openMenu(page: Page, button: RegExp, name: string) {
  await page.getByRole('button', { name: button }).click();
  await expect(menu(page, name)).toBeVisible();
  return menu(page, name);
}

/** The present rows are those of the present address. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('grid')).not.toHaveAttribute('aria-busy');
}

async function saveAs(page: Page, name: string, shared: boolean): Promise<void> {
  await page.getByRole('button', { name: /^Save (view|as new view)$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill(name);
  if (shared) await dialog.getByLabel('Everybody who works here').check();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(views(page).getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
}

test('conditions are combined by clicks, said in words, saved, shared and opened by somebody else', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/accounts?all`);
  await page.getByRole('button', { name: 'Condition', exact: true }).click();
  const builder = page.getByRole('region', { name: 'Combined conditions' });

  await builder.getByRole('button', { name: 'Add condition' }).click();
  const first = builder.getByRole('group', { name: 'Condition on Status' });
  await expect(first.getByLabel('Column')).toBeFocused();
  await expect(first).toContainText('does not apply yet');
  await expect(page).toHaveURL(/\?all$/);
  await first.getByLabel('Blocked').check();
  await first.getByLabel('Scheduled').check();
  await expect(first).not.toContainText('does not apply yet');
  await expect(page).toHaveURL(/where=all\(status\.is:blocked~scheduled\)/);

  await builder.getByRole('button', { name: 'Add group' }).click();
  const group = builder.getByRole('group', { name: 'Group of conditions' });
  await group.getByLabel('Column').selectOption('Plan');
  await group.getByLabel('Comparison').selectOption('contains');
  await group.getByLabel('Value').fill('enterprise');
  await group.getByRole('button', { name: 'Add to this group' }).click();
  const cohort = group.getByRole('group', { name: 'Condition on Status' });
  await cohort.getByLabel('Column').selectOption('Region');
  const region = group.getByRole('group', { name: 'Condition on Region' });
  await region.getByLabel('Comparison').selectOption('is any of');
  await region.getByLabel('Values, one on each line').fill('EU');
  await expect(page).toHaveURL(/where=all\(status\.is:blocked~scheduled,any\(plan\.has:enterprise,region\.is:EU\)\)/);
  await checkAccessibility(page);
  await page.keyboard.press('Escape');

  await expect(page.getByRole('group', { name: 'Status is any of Blocked, Scheduled' })).toBeVisible();
  await expect(page.getByRole('group', { name: /contains “enterprise” or Region is EU/ })).toBeVisible();
  await settled(page);
  await expect(rows(page).locator('td.status').filter({ hasNotText: /Blocked|Scheduled/ })).toHaveCount(0);
  const shown = await idsOf(page);
  expect(shown.length).toBeGreaterThan(5);

  const name = named('Blocked or scheduled');
  await saveAs(page, name, true);
  await checkAccessibility(page);

  const other = await openPage();
  await signIn(other, 'viewer');
  await open(other, `${demo.url}${DEMO}/accounts`);
  await views(other).getByRole('link', { name }).click();
  await expect(other.getByRole('group', { name: 'Status is any of Blocked, Scheduled' })).toBeVisible();
  await settled(other);
  expect(await idsOf(other)).toEqual(shown);
  await test.step('who may not change it is told so', async () => {
    const more = await openMenu(other, /^More views/, 'Views');
    await expect(more.getByText('Its owner and leads rename')).toBeVisible();
    await expect(more.getByRole('button', { name: 'Rename …' })).toHaveCount(0);
    await expect(more.getByRole('button', { name: 'Duplicate …' })).toBeVisible();
  });
});

test('conditions can be built by the keyboard alone', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?all`);
  await page.getByRole('button', { name: 'Condition', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Add condition' })).toBeFocused();
  await page.keyboard.press('Enter');
  const row = page.getByRole('region', { name: 'Combined conditions' }).getByRole('group', { name: /^Condition on/ });
  await expect(row.getByLabel('Column')).toBeFocused();
  await page.keyboard.type('Dat');
  await expect(row.getByLabel('Column')).toHaveValue('date');
  await page.keyboard.press('Tab');
  await page.keyboard.type('is in the next');
  await expect(row.getByLabel('Comparison')).toHaveValue('next');
  await page.keyboard.press('Tab');
  await page.keyboard.type('14');
  await page.waitForURL(/where=all\(date\.next:14\)/);
  await page.keyboard.press('Escape');
  const chip = page.getByRole('group', { name: 'Date is in the next 14 days' });
  await expect(chip).toBeVisible();
  await chip.getByRole('link', { name: 'Remove the condition on Date' }).focus();
  await page.keyboard.press('Enter');
  await expect(chip).toBeHidden();
  await expect(page).toHaveURL(/\?all$/);
});

test('a view is changed, kept, renamed, opened first, and deleted', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts?status=blocked`);
  const name = named('Mine');
  await page.getByRole('button', { name: 'Save view' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill('x'.repeat(60));
  await dialog.getByLabel('Name').fill('   ');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByText('Give the view a name.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await saveAs(page, name, false);

  await test.step('what is changed says so until it is kept', async () => {
    await page.getByRole('link', { name: /^Scheduled/ }).click();
    const link = views(page).getByRole('link', { name });
    await expect(link).toContainText('(changed, not saved)');
    await expect(page).toHaveURL(/status=blocked,scheduled&view=/);
    await page.reload();
    await expect(link).toContainText('(changed, not saved)');
    await open(page, page.url());
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(link).not.toContainText('(changed, not saved)');
  });

  await test.step('an account is looked at, and the way back knows what the view was made from', async () => {
    await page.getByRole('link', { name: /^In progress/ }).click();
    await page.waitForURL(/status=in_progress,blocked,scheduled&view=|status=blocked,scheduled,in_progress&view=/);
    await settled(page);
    const [changed, link] = [page.url(), views(page).getByRole('link', { name })];
    for (const back of [() => page.goBack(), () => page.locator('.crumbs').getByRole('link', { name: 'Accounts' }).click()]) {
      await rows(page).first().getByRole('link').click();
      await page.waitForURL(/\/accounts\/\d+$/);
      await back();
      await page.waitForURL(changed);
      await expect(link).toContainText('(changed, not saved)');
      await settled(page);
    }
    await page.getByRole('link', { name: /^In progress/ }).click();
    await expect(link).not.toContainText('(changed, not saved)');
  });

  const renamed = named('Renamed');
  await test.step('renamed', async () => {
    const more = await openMenu(page, /^More views/, 'Views');
    await more.getByRole('button', { name: 'Rename …' }).click();
    const rename = page.getByRole('dialog', { name: /^Rename/ });
    await rename.getByLabel('Name').fill(renamed);
    await rename.getByRole('button', { name: 'Rename', exact: true }).click();
    await expect(views(page).getByRole('link', { name: renamed })).toBeVisible();
    await expect(views(page).getByRole('link', { name })).toHaveCount(0);
  });

  await test.step('it opens first where no view is asked for', async () => {
    const more = await openMenu(page, /^More views/, 'Views');
    const kept = page.waitForResponse('**/api/views/arrange');
    await more.getByRole('button', { name: 'Open it first' }).click();
    expect((await kept).ok()).toBe(true);
    await open(page, `${demo.url}${DEMO}/accounts`);
    await page.waitForURL(/status=blocked,scheduled&view=/);
    await expect(views(page).getByRole('link', { name: renamed })).toHaveAttribute('aria-current', 'page');
    await views(page).getByRole('link', { name: 'All accounts' }).click();
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '2001');
  });

  await test.step('deleted after a question; what is on screen stays', async () => {
    await views(page).getByRole('link', { name: renamed }).click();
    const more = await openMenu(page, /^More views/, 'Views');
    await more.getByRole('button', { name: 'Delete …' }).click();
    await page.getByRole('dialog', { name: /^Delete/ }).getByRole('button', { name: 'Delete the view' }).click();
    await expect(views(page).getByRole('link', { name: renamed })).toHaveCount(0);
    await expect(page).toHaveURL(/\?status=blocked,scheduled$/);
  });
});

test('columns are chosen, moved, resized and pinned, and another device shows the same', async ({ openPage, page, server }) => {
  const base = await firstMigration(page, server, 'Columns');
  await page.getByRole('button', { name: 'Account', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Add an account' });
  await form.getByLabel('External id').fill('C-1');
  await form.getByLabel('Name').fill('Aker');
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(rowOf(page, 'C-1')).toBeVisible();
  const heads = (of: Page) => of.getByRole('columnheader').locator('.heading').allInnerTexts();

  const columns = await openMenu(page, /^Columns/, 'Columns');
  await checkAccessibility(page);
  await columns.getByLabel('Search columns').fill('e-mail');
  await columns.getByLabel('E-mail').check();
  await columns.getByLabel('Search columns').fill('');
  for (const hidden of ['Plan', 'Region', 'Blocker']) await columns.getByLabel(hidden, { exact: true }).uncheck();
  await columns.getByRole('button', { name: 'Keep Status in sight' }).click();
  const up = columns.getByRole('button', { name: 'Move E-mail up' });
  const kept = page.waitForResponse('**/api/views/arrange');
  await up.focus();
  await page.keyboard.press('Enter');
  await expect(up).toBeFocused();
  expect((await kept).ok()).toBe(true);
  await page.keyboard.press('Escape');
  const expected = ['Account', 'Name', 'Status', 'Cohort', 'Date', 'Owner', 'E-mail', 'Rollback until'];
  expect(await heads(page)).toEqual(expected);

  await test.step('an edge is moved by the keyboard and by the mouse', async () => {
    const edge = page.getByRole('separator', { name: 'Width of Owner' });
    const again = page.waitForResponse('**/api/views/arrange');
    await edge.focus();
    await page.keyboard.press('ArrowRight');
    await expect(edge).toHaveAttribute('aria-valuetext', /pixels$/);
    const before = Number(await edge.getAttribute('aria-valuenow'));
    const box = await edge.boundingBox();
    if (!box) throw new Error('the edge is not on screen');
    await page.mouse.move(box.x + 4, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 64, box.y + 10, { steps: 3 });
    await page.mouse.up();
    await expect(edge).toHaveAttribute('aria-valuenow', String(before + 60));
    expect((await again).ok()).toBe(true);
  });

  const phone = await openPage();
  await phone.context().addCookies(await page.context().cookies());
  await open(phone, `${base}/accounts`);
  expect(await heads(phone)).toEqual(expected);
  await expect(phone.getByRole('separator', { name: 'Width of Owner' })).toHaveAttribute('aria-valuetext', /pixels$/);

  await test.step('a screen that is open elsewhere follows', async () => {
    await live(phone);
    const again = await openMenu(page, /^Columns/, 'Columns');
    await again.getByLabel('Region', { exact: true }).check();
    await expect(phone.getByRole('columnheader', { name: 'Region' })).toBeVisible();
    await again.getByLabel('Region', { exact: true }).uncheck();
    await expect(phone.getByRole('columnheader', { name: 'Region' })).toHaveCount(0);
    expect(await heads(phone)).toEqual(expected);
    await page.keyboard.press('Escape');
  });

  await test.step("a link shows the sender's columns, and offers one's own", async () => {
    await open(phone, `${base}/accounts?columns=name,status`);
    expect(await heads(phone)).toEqual(['Name', 'Status']);
    const own = await openMenu(phone, /^Columns/, 'Columns');
    await own.getByRole('link', { name: 'Use my columns' }).click();
    await expect(phone.getByRole('columnheader', { name: 'Owner' })).toBeVisible();
    expect(await heads(phone)).toEqual(expected);
  });
});

test('rows are grouped, folded and walked through by the keyboard', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?status=blocked,scheduled`);
  await settled(page);
  const all = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1;
  const groupMenu = await openMenu(page, /^Group/, 'Group');
  await groupMenu.getByRole('link', { name: 'Status', exact: true }).click();
  await page.waitForURL(/group=status/);
  await page.keyboard.press('Escape');
  await settled(page);

  const heads = page.locator('#account-rows-body tr.group');
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', String(all + 3));
  const scheduled = page.getByRole('button', { name: 'Scheduled', exact: true });
  await expect(scheduled).toHaveAttribute('aria-expanded', 'true');
  const count = Number((await heads.first().locator('.count').innerText()).replace(/\D/g, ''));
  await checkAccessibility(page);

  await scheduled.click();
  await expect(scheduled).toHaveAttribute('aria-expanded', 'false');
  await expect(page).toHaveURL(/fold=scheduled/);
  await expect(grid).toHaveAttribute('aria-rowcount', String(all + 3 - count));
  await expect(rows(page).locator('td.status').filter({ hasText: 'Scheduled' })).toHaveCount(0);

  await test.step('by the keyboard, which stays at the head that it folds', async () => {
    await expect(scheduled).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(scheduled).toHaveAttribute('aria-expanded', 'true');
    await expect(grid).toHaveAttribute('aria-rowcount', String(all + 3));
    await expect(grid).not.toHaveAttribute('aria-busy');
    await expect(scheduled).toBeFocused();
    await page.keyboard.press('ArrowDown');
    const first = rows(page).locator('td.id').first();
    await expect(first).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(scheduled).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(scheduled).toHaveAttribute('aria-expanded', 'false');
    await expect(grid).toHaveAttribute('aria-rowcount', String(all + 3 - count));
    await expect(scheduled).toBeFocused();
    await page.keyboard.press('ArrowDown');
    const blocked = page.getByRole('button', { name: 'Blocked', exact: true });
    await expect(blocked).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(blocked).toHaveAttribute('aria-expanded', 'false');
    await expect(grid).toHaveAttribute('aria-rowcount', '3');
    await expect(blocked).toBeFocused();
  });

  await test.step('all at once, and the last row is still reached', async () => {
    await openMenu(page, /^Group/, 'Group');
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await page.keyboard.press('Escape');
    await expect(grid).toHaveAttribute('aria-rowcount', String(all + 3));
    // The table grows while the rows around its end come.
    await expect(async () => {
      await page.locator('#account-rows').evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      await expect(page.locator(`#account-rows-body tr[aria-rowindex="${all + 3}"]`)).toBeInViewport({ timeout: 1_000 });
    }).toPass();
    expect(await rows(page).count()).toBeLessThan(120);
  });
});

test('the order has several columns, by the menu and with Shift', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?all`);
  await page.getByRole('columnheader', { name: 'Cohort' }).getByRole('link').click();
  await page.waitForURL(/sort=cohort$/);
  await page.getByRole('columnheader', { name: 'Date' }).getByRole('link').click({ modifiers: ['Shift'] });
  await page.waitForURL(/sort=cohort,date$/);
  const sort = await openMenu(page, /^Sort/, 'Sort');
  await sort.getByRole('group', { name: 'Date' }).getByLabel('Direction').selectOption('Latest first');
  await page.waitForURL(/sort=cohort,-date$/);
  await sort.getByLabel('then by').selectOption('Name');
  await page.waitForURL(/sort=cohort,-date,name$/);
  await sort.getByRole('button', { name: 'Sort by Date earlier' }).click();
  await page.waitForURL(/sort=-date,cohort,name$/);
  await sort.getByRole('button', { name: 'Do not sort by Name' }).click();
  await page.waitForURL(/sort=-date,cohort$/);
  await checkAccessibility(page);
});

test('a link that was cut, too large, or asks for what is gone says so and shows the rest', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?status=blocked&where=any(plan.has:enterprise,all(date.ne`);
  const main = page.getByRole('main');
  await expect(main.getByText('The address ends in the middle of its conditions.')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Plan contains “enterprise”' })).toBeVisible();
  await checkAccessibility(page);
  await main.getByRole('link', { name: 'go on with what was read' }).click();
  await expect(main.getByText('The address ends in the middle')).toBeHidden();

  const many = Array.from({ length: 200 }, () => 'status.is:blocked').join(',');
  await open(page, `${demo.url}${DEMO}/accounts?where=any(${many})`);
  await expect(main.getByText('more than 100 conditions')).toBeVisible();

  await open(page, `${demo.url}${DEMO}/accounts?where=any(f99.is:x,status.is:blocked)&group=f98`);
  await expect(main.getByText('Field 98, Field 99')).toBeVisible();
  await main.getByRole('link', { name: 'Leave it out' }).click();
  await page.waitForURL(/\?where=any\(status\.is:blocked\)$/);
});

test('on a phone views, order and columns are sheets within reach', async ({ demo, openPage, signIn }) => {
  const page = await openPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts?all`);
  const menus = [
    [/^Sort/, 'Sort'],
    [/^Columns/, 'Columns'],
    [/^Group/, 'Group'],
    [/^More views/, 'Views'],
  ] as const;
  for (const [button, name] of menus) {
    const sheet = await openMenu(page, button, name);
    const box = await sheet.boundingBox();
    expect(box?.width).toBe(390);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeCloseTo(844, 0);
    await page.keyboard.press('Escape');
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await openMenu(page, /^Group/, 'Group');
  await page.getByRole('link', { name: 'Status', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Completed', exact: true })).toBeVisible();
  await checkAccessibility(page);
});
