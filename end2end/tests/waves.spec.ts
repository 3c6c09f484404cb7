import type { Locator, Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, cell, firstMigration, goTo, live, open, rowOf, rows } from '../steps';

/** Forty accounts, every fourth on the plan Business. */
const ACCOUNTS = ['id,name,plan', ...Array.from({ length: 40 }, (_, index) => `A-${index + 1},Company ${index + 1},${index % 4 ? 'Team' : 'Business'}`)].join('\n');

async function importAccounts(page: Page, file: string, count: number): Promise<void> {
  await goTo(page, 'Imports');
  await page.getByLabel(/^File/).setInputFiles({ name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from(`${file}\n`) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL('**/imports/*');
  await page.getByRole('button', { name: 'Run the dry run' }).click();
  await page.getByRole('button', { name: `Commit ${count} rows` }).click();
  await expect(page.getByText('The import is finished')).toBeVisible();
}

const card = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });

async function figures(dialog: Locator): Promise<string[]> {
  return dialog.locator('.bulk-figures .tile b').allInnerTexts();
}

test('a view is split into waves after a preview, the same for the same seed, and put back', async ({ server, page, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  const migration = await firstMigration(page, server, 'Ledger 3');
  await importAccounts(page, ACCOUNTS, 40);
  await open(page, `${migration}/accounts`);
  await page.getByRole('button', { name: 'New cohorts' }).click();
  const dialog = page.getByRole('dialog', { name: 'New cohorts from this view' });
  const preview = dialog.getByRole('button', { name: 'Preview' });

  await test.step('sizes that cannot be say why, and stay', async () => {
    const waves = dialog.getByLabel('Waves', { exact: true }).last();
    for (const [text, words] of [
      ['70 %, 60 %', /add up to 130 %/],
      ['rest, the rest', /only one rest/],
      ['50 accounts', /only 40/],
      ['0 accounts, rest', /without accounts/],
      ['some', /“some” is no size/],
    ] as const) {
      await waves.fill(text);
      await preview.click();
      await expect(waves).toHaveAccessibleDescription(words);
      await expect(waves).toHaveValue(text);
    }
    await dialog.getByLabel('Seed').fill('many');
    await preview.click();
    await expect(dialog.getByLabel('Seed')).toHaveAccessibleDescription(/whole number/);
    await checkAccessibility(page);
  });

  const look = async () => {
    await dialog.getByLabel('Waves', { exact: true }).last().fill('4 accounts, 30 %, the rest');
    await dialog.getByLabel('Each wave a fair sample of').selectOption('Plan');
    await dialog.getByLabel('Seed').fill('7');
    await preview.click();
    await expect(dialog.getByText('Nothing is changed yet. Seed 7.')).toBeVisible();
  };

  await test.step('the preview shows sizes and every plan in every wave', async () => {
    await look();
    await expect(dialog.locator('.split-waves li p')).toHaveText(['4 accounts 4 accounts', '12 accounts 30 %', '24 accounts the rest']);
    const line = (name: string) => dialog.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('cell');
    await expect(line('Business')).toHaveText(['1', '3', '6', '10']);
    await expect(line('Team')).toHaveText(['3', '9', '18', '30']);
    await dialog.getByLabel('Name of wave 1').fill('Pilot');
    await dialog.getByLabel('Name of wave 2').fill('pilot');
    await dialog.getByRole('button', { name: 'Create 3 cohorts with 40 accounts' }).click();
    await expect(dialog.getByLabel('Name of wave 2')).toHaveAccessibleDescription(/Another cohort/);
    await dialog.getByLabel('Name of wave 2').fill('Early');
    await checkAccessibility(page);
    await shoot(page, 'split-preview');
  });

  await test.step('cohorts are created and filled', async () => {
    await dialog.getByRole('button', { name: 'Create 3 cohorts with 40 accounts' }).click();
    await expect(dialog.getByText('Done: 40 changed.')).toBeVisible();
    await dialog.getByRole('link', { name: 'Show the cohorts' }).click();
    await expect(card(page, '1 · Pilot')).toContainText('4 accounts');
    await expect(card(page, '2 · Early')).toContainText('12 accounts');
    await expect(card(page, '3 · Wave 3')).toContainText('24 accounts');
  });

  await test.step('an undo empties them, and the same seed fills others with the same accounts', async () => {
    await open(page, `${migration}/accounts?cohort=1`);
    await expect(rows(page)).toHaveCount(4);
    const first = await page.locator('#account-rows-body td.id').allInnerTexts();
    await goTo(page, 'Changes');
    await page.getByRole('link', { name: 'Split into 4 accounts, 30 %, the rest', exact: true }).click();
    await page.getByRole('button', { name: 'See what an undo would do' }).click();
    await page.getByRole('button', { name: 'Undo for 40 accounts' }).click();
    await expect(page.getByText('40 accounts restored')).toBeVisible();
    await open(page, `${migration}/accounts`);
    await page.getByRole('button', { name: 'New cohorts' }).click();
    await look();
    for (const number of [1, 2, 3]) await dialog.getByLabel(`Name of wave ${number}`).fill(`Second ${number}`);
    await dialog.getByRole('button', { name: 'Create 3 cohorts with 40 accounts' }).click();
    await expect(dialog.getByText('Done: 40 changed.')).toBeVisible();
    await open(page, `${migration}/accounts?cohort=4`);
    await expect(rows(page)).toHaveCount(4);
    expect(await page.locator('#account-rows-body td.id').allInnerTexts()).toEqual(first);
  });
});

test('dates are planned by capacity around a blackout, and a window is moved by keyboard', async ({ server, page, openPage, browserConsole }) => {
  test.slow();
  browserConsole.allow(/status of 422/);
  const migration = await firstMigration(page, server, 'Ledger 3');
  await importAccounts(page, ACCOUNTS.split('\n').slice(0, 11).join('\n'), 10);

  await test.step('a blackout that ends before it starts is told at its field', async () => {
    await open(page, `${migration}/settings`);
    const days = page.getByRole('region', { name: 'Days without migrations' });
    await days.getByRole('button', { name: 'Blackout', exact: true }).click();
    await expect(days.getByLabel('First day')).toBeFocused();
    await days.getByLabel('First day').fill('2031-06-04');
    await days.getByLabel('Last day').fill('2031-06-03');
    await days.getByLabel(/Reason/).fill('Audit');
    await days.getByRole('button', { name: 'Save the days' }).click();
    await expect(days.getByLabel('Last day')).toHaveAccessibleDescription(/before the first/);
    await checkAccessibility(page);
    await days.getByLabel('Last day').fill('2031-06-04');
    await days.getByRole('button', { name: 'Save the days' }).click();
    await expect(days.getByText('Saved')).toBeVisible();
    // The ordinary settings keep the days.
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.reload();
    await expect(page.getByLabel('First day')).toHaveValue('2031-06-04');
  });

  const dialog = page.getByRole('dialog', { name: /the cohort|New cohort/ });
  await test.step('what cannot be of a cohort is told at its field', async () => {
    await open(page, `${migration}/cohorts`);
    await page.getByRole('button', { name: 'Cohort', exact: true }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Pilot');
    await dialog.getByLabel(/Window starts/).fill('2031-06-06T08:00');
    await dialog.getByLabel(/Window ends/).fill('2031-06-02T18:00');
    await dialog.getByLabel(/Time zone/).fill('Middle/Earth');
    await dialog.getByLabel(/Accounts per day/).fill('0');
    await dialog.getByRole('button', { name: 'Add the cohort' }).click();
    await expect(dialog.getByLabel(/Window ends/)).toHaveAccessibleDescription(/must end after it starts/);
    await expect(dialog.getByLabel(/Time zone/)).toHaveAccessibleDescription(/not known/);
    await expect(dialog.getByLabel(/Accounts per day/)).toHaveAccessibleDescription(/At least 1/);
    await checkAccessibility(page);
    await dialog.getByLabel(/Window starts/).fill('2031-06-02T08:00');
    await dialog.getByLabel(/Window ends/).fill('2031-06-06T18:00');
    await dialog.getByLabel(/Time zone/).fill('');
    await dialog.getByLabel(/Accounts per day/).fill('2');
    await dialog.getByRole('button', { name: 'Add the cohort' }).click();
    await expect(card(page, '1 · Pilot')).toContainText('2 accounts per day');

    await page.getByRole('button', { name: 'Cohort', exact: true }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Rest');
    await dialog.getByLabel(/Window starts/).fill('2031-06-09T08:00');
    await dialog.getByLabel(/Window ends/).fill('2031-06-10T18:00');
    await dialog.getByRole('checkbox', { name: /1 · Pilot/ }).check();
    await dialog.getByRole('button', { name: 'Add the cohort' }).click();
    await expect(card(page, '2 · Rest')).toContainText('After 1 · Pilot');
    await card(page, '1 · Pilot').getByRole('button', { name: 'Edit Pilot' }).click();
    await dialog.getByRole('checkbox', { name: /2 · Rest/ }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByText('That is a circle: Pilot waits for Rest waits for Pilot.')).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  const plan = page.getByRole('dialog', { name: 'Plan the dates of 1 · Pilot' });
  await test.step('dates are spread, and what does not fit is listed', async () => {
    await open(page, `${migration}/accounts`);
    await page.getByRole('checkbox', { name: /^Select all 10/ }).check();
    await page.getByRole('button', { name: 'Cohort…' }).click();
    await page.getByRole('dialog').getByLabel('Cohort').selectOption('1 · Pilot');
    await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Change 10 accounts' }).click();
    await expect(page.getByRole('dialog').getByText('Done: 10 changed.')).toBeVisible();
    await open(page, `${migration}/cohorts`);
    await card(page, '1 · Pilot').getByRole('button', { name: 'Plan dates of Pilot' }).click();
    await expect(plan.getByText('Nothing is changed yet.')).toBeVisible();
    expect(await figures(plan)).toEqual(['0', '8', '0', '2']);
    await expect(plan.getByRole('row', { name: /Wed 4 Jun/ })).toContainText('Audit');
    await plan.getByText('No open day of the window').click();
    await expect(plan.getByRole('link', { name: 'A-9 Company 9' })).toBeVisible();
    await checkAccessibility(page);
    await shoot(page, 'plan-dates');
    await plan.getByRole('button', { name: 'Plan 8 dates' }).click();
    await expect(plan.getByText('Done: 8 changed.')).toBeVisible();
    await plan.getByRole('button', { name: 'Close' }).last().click();
    await expect(card(page, '1 · Pilot')).toContainText('2 without');
  });

  await test.step('more room is planned right after it was set', async () => {
    await card(page, '1 · Pilot').getByRole('button', { name: 'Edit Pilot' }).click();
    await dialog.getByLabel(/Accounts per day/).fill('3');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(plan.getByText('Nothing is changed yet.')).toBeVisible();
    expect(await figures(plan)).toEqual(['0', '2', '8', '0']);
    await plan.getByRole('button', { name: 'Cancel' }).click();
  });

  const other = await openPage();
  await other.context().addCookies(await page.context().cookies());
  await open(other, `${migration}/cohorts`);
  await live(other);

  const bar = page.getByRole('button', { name: /^Window of 1 · Pilot/ });
  const move = page.getByRole('dialog', { name: 'Move the window of 1 · Pilot' });
  await test.step('the keyboard moves a window on the screen only; Escape puts it back', async () => {
    await page.getByRole('navigation', { name: 'How cohorts are shown' }).getByRole('link', { name: 'Timeline' }).click();
    await page.waitForURL('**/cohorts?as=timeline');
    await bar.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect(page.getByText('1 · Pilot: 4 Jun 2031 to 9 Jun 2031, starts 2 days later, ends 3 days later. Not saved.')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('Not saved.')).toBeHidden();
    await expect(bar).toHaveAccessibleName('Window of 1 · Pilot: 2 Jun 2031 to 6 Jun 2031');
  });

  await test.step('the preview says what moves along; cancelling changes nothing', async () => {
    await bar.focus();
    for (let step = 0; step < 7; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(move.getByRole('region', { name: '2 · Rest', exact: true })).toBeVisible();
    await move.getByLabel('Move the cohorts along that wait for it').uncheck();
    await expect(move.getByText('2 · Rest would begin before a cohort that it waits for is through: it has to move by 5 days.')).toBeVisible();
    await checkAccessibility(page);
    await move.getByRole('button', { name: 'Cancel' }).click();
    await expect(bar).toHaveAccessibleName('Window of 1 · Pilot: 2 Jun 2031 to 6 Jun 2031');
    await expect(card(other, '1 · Pilot')).toContainText('2 Jun 2031');
  });

  await test.step('confirmed, window and dates move for everybody', async () => {
    await bar.focus();
    for (let step = 0; step < 7; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await move.getByLabel('Spread all dates evenly anew').check();
    await expect(move.getByRole('button', { name: 'Move the window and 10 dates' })).toBeVisible();
    await shoot(page, 'move-window');
    await move.getByRole('button', { name: 'Move the window and 10 dates' }).click();
    await expect(move.getByText('Done: 10 changed.')).toBeVisible();
    await move.getByRole('button', { name: 'Close' }).last().click();
    await expect(bar).toHaveAccessibleName('Window of 1 · Pilot: 9 Jun 2031 to 13 Jun 2031');
    await expect(card(other, '1 · Pilot')).toContainText('9 Jun 2031');
    await expect(card(other, '2 · Rest')).toContainText('14 Jun 2031');
    await goTo(page, 'Accounts');
    await expect(cell(rowOf(page, 'A-1'), 'date')).toHaveText('9 Jun 2031');
  });

  await test.step('the calendar counts against the capacity', async () => {
    await open(page, `${migration}/cohorts?as=calendar&month=2031-06`);
    await expect(page.getByRole('heading', { name: 'June 2031' })).toBeVisible();
    await expect(page.getByRole('cell', { name: /^4 Jun 2031/ })).toContainText('Audit');
    await expect(page.getByRole('cell', { name: /^9 Jun 2031/ })).toContainText('2 of 3');
    await page.getByRole('link', { name: '2 of 3' }).first().click();
    await expect(rows(page)).toHaveCount(2);
  });
});

test('the demo has a timeline and a calendar that everybody can read', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/cohorts?as=timeline`);
  await expect(page.getByRole('button', { name: /^Window of 3 · Main EU/ })).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'timeline');
  await open(page, `${demo.url}${DEMO}/cohorts?as=calendar`);
  await expect(page.getByRole('table', { name: /planned accounts per day/ })).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'calendar');
  await open(page, `${demo.url}${DEMO}/cohorts`);
  await shoot(page, 'cohorts');
  await page.setViewportSize({ width: 390, height: 844 });
  for (const shape of ['timeline', 'calendar']) {
    await open(page, `${demo.url}${DEMO}/cohorts?as=${shape}`);
    await checkAccessibility(page);
    const { width, content } = await page.evaluate(() => ({
      width: document.documentElement.clientWidth,
      content: document.documentElement.scrollWidth,
    }));
    expect(content, shape).toBeLessThanOrEqual(width);
  }
});

test('a window is dragged with the pointer and put back', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/cohorts?as=timeline`);
  const bar = page.getByRole('button', { name: /^Window of 4 · Main US/ });
  const before = await bar.getAttribute('aria-label');
  const box = await bar.boundingBox();
  if (!box) throw new Error('the window has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 5 });
  await expect(page.getByText(/days? later\. Not saved\./)).toBeVisible();
  await page.mouse.up();
  const dialog = page.getByRole('dialog', { name: 'Move the window of 4 · Main US' });
  await expect(dialog.getByText('Nothing is changed yet.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(bar).toHaveAttribute('aria-label', before ?? '');
});
