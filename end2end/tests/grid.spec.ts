import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, cell, choose, editor, firstIn, live, open, rowOf } from '../steps';

const SAVING = '**/api/accounts/edit';

/** Holds every edit back until it is told what to do with them; later ones go through. */
async function holdEdits(page: Page): Promise<(what: 'continue' | 'abort') => void> {
  let tell: (what: 'continue' | 'abort') => void = () => {};
  const told = new Promise<'continue' | 'abort'>((resolve) => (tell = resolve));
  await page.route(SAVING, async (route) => ((await told) === 'abort' ? route.abort() : route.continue()));
  return tell;
}

test.describe('saving in the background', () => {
  const VIEW = 'status=not_started&cohort=none&owner=none';

  test('the next edit need not wait for the one before', async ({ demo, page, signIn }) => {
    await signIn(page, 'operator');
    const id = await firstIn(page, `${demo.url}${DEMO}/accounts?${VIEW}`);
    await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
    await live(page);
    const tell = await holdEdits(page);
    const row = rowOf(page, id);
    await choose(page, row, 'owner', 'Priya Raman');
    await choose(page, row, 'cohort', '3 · Main EU');
    await choose(page, row, 'owner', 'Hanna Kowalska');
    for (const column of ['owner', 'cohort'] as const) await expect(cell(row, column)).toContainText('Saving…');
    await checkAccessibility(page);
    tell('continue');
    await expect(cell(row, 'owner')).toContainText('Hanna Kowalska');
    await expect(cell(row, 'cohort')).toContainText('3 · Main EU');
    await expect(row).not.toContainText('Saving…');
  });

  test('what could not be saved opens again, the others are counted', async ({ demo, page, signIn, browserConsole }) => {
    browserConsole.allow(/net::ERR_/);
    await signIn(page, 'operator');
    const id = await firstIn(page, `${demo.url}${DEMO}/accounts?${VIEW}`);
    await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
    await live(page);
    const tell = await holdEdits(page);
    const row = rowOf(page, id);
    await choose(page, row, 'owner', 'Priya Raman');
    await cell(row, 'status').click();
    await editor(page).getByRole('menu').getByText('Block…', { exact: true }).click();
    await editor(page).getByLabel('What blocks it').fill('no tax codes');
    await editor(page).getByRole('button', { name: 'Block', exact: true }).click();
    tell('abort');
    await expect(editor(page).getByRole('alert')).toBeVisible();
    const notice = page.locator('.unsaved');
    await expect(notice).toContainText('1 edit was not saved');
    await checkAccessibility(page);
    await page.unroute(SAVING);
    await page.keyboard.press('Escape');
    await expect(editor(page).getByLabel('What blocks it')).toHaveValue('no tax codes');
    await editor(page).getByRole('button', { name: 'Try again' }).click();
    await notice.getByRole('button', { name: 'Try again' }).click();
    await expect(cell(row, 'blocker')).toContainText('no tax codes');
    await expect(cell(row, 'owner')).toContainText('Priya Raman');
    await expect(notice).toBeEmpty();
  });

  test("an account's page takes a second move before the first is saved", async ({ demo, page, signIn }) => {
    await signIn(page, 'operator');
    const id = await firstIn(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`);
    await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
    await rowOf(page, id).getByRole('link').click();
    const moves = page.getByRole('group', { name: 'Change the status' });
    const tell = await holdEdits(page);
    await moves.getByRole('button', { name: 'Opt out' }).click();
    await expect(page.locator('.record-head .title')).toContainText('Saving…');
    await moves.getByRole('button', { name: 'Back to not started' }).click();
    tell('continue');
    await expect(page.locator('.record-head .title')).toHaveText(/Not started/);
    await expect(page.locator('.record-head .title')).not.toContainText('Saving…');
    await expect(page.getByText('Opted out').first()).toBeVisible();
  });
});
