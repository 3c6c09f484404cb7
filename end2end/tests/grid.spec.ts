import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, cell, choose, editor, firstIn, idsOf, live, open, rowOf } from '../steps';

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

const OPEN_VIEW = `${DEMO}/accounts?status=not_started&cohort=none&owner=none`;
const said = (page: Page) => page.locator('.said');

/** What a spreadsheet would put on the clipboard. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((copied) => {
    const data = new DataTransfer();
    data.setData('text/plain', copied);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

test('accounts are edited by the keyboard alone', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${OPEN_VIEW}&sort=name`);
  const [first] = await idsOf(page);
  await open(page, `${demo.url}${DEMO}/accounts?q=${first}`);
  await live(page);
  const row = rowOf(page, first);
  await cell(row, 'id').focus();

  await test.step('Tab goes on cell by cell, typing narrows a menu, Enter takes the first', async () => {
    for (let column = 0; column < 8; column += 1) await page.keyboard.press('Tab');
    await expect(cell(row, 'owner')).toBeFocused();
    await page.keyboard.press('p');
    const filter = editor(page).getByLabel('Narrow the choices');
    await expect(filter).toBeFocused();
    await page.keyboard.type('riya');
    await expect(editor(page).getByRole('menuitemradio')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(cell(row, 'owner')).toContainText('Priya Raman');
    await expect(cell(row, 'owner')).toBeFocused();
  });

  await test.step('text replaces text, Escape changes nothing', async () => {
    await page.keyboard.press('ArrowLeft');
    await expect(cell(row, 'blocker')).toBeFocused();
    await page.keyboard.press('n');
    await expect(editor(page).getByLabel('What blocks it')).toBeFocused();
    await page.keyboard.type('o contract');
    await page.keyboard.press('Enter');
    await expect(cell(row, 'blocker')).toContainText('no contract');
    await page.keyboard.press('F2');
    await expect(editor(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(editor(page)).toBeHidden();
    await expect(cell(row, 'blocker')).toBeFocused();
  });

  await test.step('Delete empties what may be empty, undo and redo go back and forth', async () => {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expect(cell(row, 'owner')).toHaveText('–');
    await page.keyboard.press('Control+z');
    await expect(said(page)).toHaveText(/^Undid: owner of .* back to Priya Raman$/);
    await expect(cell(row, 'owner')).toContainText('Priya Raman');
    await page.keyboard.press('Control+z');
    await expect(said(page)).toHaveText(/^Undid: blocker of .* back to Not started$/);
    await expect(cell(row, 'status')).toHaveText('Not started');
    await page.keyboard.press('Control+Shift+z');
    await expect(cell(row, 'status')).toHaveText('Blocked');
    await expect(cell(row, 'blocker')).toContainText('no contract');
  });

  await test.step('Space selects rows, Escape and Tab leave the table', async () => {
    await page.keyboard.press('Space');
    await expect(row).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('region', { name: '1 account is selected' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await expect(cell(row, 'owner')).not.toBeFocused();
    await expect(page.locator('#account-rows-body :focus')).toHaveCount(0);
  });
});

test('what somebody changed since is not undone', async ({ demo, page, openPage, signIn }) => {
  const lead = await openPage();
  await signIn(page, 'operator');
  await signIn(lead, 'lead');
  const id = await firstIn(page, `${demo.url}${OPEN_VIEW}`);
  for (const one of [page, lead]) {
    await open(one, `${demo.url}${DEMO}/accounts?q=${id}`);
    await live(one);
  }
  await choose(page, rowOf(page, id), 'owner', 'Priya Raman');
  await expect(cell(rowOf(lead, id), 'owner')).toContainText('Priya Raman');
  await choose(lead, rowOf(lead, id), 'owner', 'Jonas Weber');
  await expect(cell(rowOf(page, id), 'owner')).toContainText('Jonas Weber');
  await page.keyboard.press('Control+z');
  await expect(said(page)).toHaveText(/stays as it is\. Lena Brandt has changed owner meanwhile\.$/);
});

test('a range is copied and pasted elsewhere, and filled down', async ({ demo, page, signIn, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none&sort=-name`);
  await live(page);
  const [one, two] = await idsOf(page);
  if (!(await cell(rowOf(page, one), 'owner').innerText()).includes('Hanna')) {
    await choose(page, rowOf(page, one), 'owner', 'Hanna Kowalska');
  }
  await expect(cell(rowOf(page, one), 'owner')).toContainText('Hanna Kowalska');
  await expect(editor(page)).toBeHidden();
  await cell(rowOf(page, one), 'owner').focus();
  await page.keyboard.press('Control+c');
  await expect(said(page)).toHaveText('Copied 1 × 1 cells');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Hanna Kowalska');

  await cell(rowOf(page, two), 'owner').focus();
  await page.keyboard.press('Control+v');
  await expect(cell(rowOf(page, two), 'owner')).toContainText('Hanna Kowalska');

  const place = Number(await rowOf(page, two).getAttribute('aria-rowindex'));
  const below = [place + 1, place + 2].map((index) => page.locator(`tr[aria-rowindex="${index}"] td.owner`));
  await cell(rowOf(page, two), 'owner').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.locator('[data-span]')).toHaveCount(3);
  await expect(said(page)).toHaveText('3 cells selected, 3 × 1');
  await checkAccessibility(page);
  await page.keyboard.press('Control+d');
  const panel = page.getByRole('dialog', { name: 'Fill down' });
  // With one cell to change it is done at once.
  const filled = async () => (await Promise.all(below.map((owner) => owner.innerText()))).every((name) => name.includes('Hanna'));
  await expect.poll(async () => (await panel.isVisible()) || (await filled())).toBe(true);
  if (await panel.isVisible()) await panel.getByRole('button', { name: 'Apply' }).click();
  for (const owner of below) await expect(owner).toContainText('Hanna Kowalska');
});

test('a paste says what is refused before it changes anything', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${OPEN_VIEW}&sort=-account`);
  await live(page);
  const [one, two] = await idsOf(page);
  await cell(rowOf(page, one), 'status').focus();
  await paste(page, 'Scheduled\t2031-05-21\r\nCompleted\t\r\n');
  const panel = page.getByRole('dialog', { name: 'Paste' });
  await expect(panel).toContainText('2 cells change, 1 refused.');
  await expect(panel.locator('.refused-list')).toContainText('Not started cannot become Completed.');
  await checkAccessibility(page);
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel).toBeHidden();
  await expect(cell(rowOf(page, one), 'status')).toHaveText('Not started');

  await cell(rowOf(page, one), 'status').focus();
  await paste(page, 'Scheduled\t2031-05-21\r\nCompleted\t\r\n');
  await panel.getByRole('button', { name: 'Apply' }).click();
  await expect(said(page)).toHaveText('2 cells changed, 1 refused and marked');
  await expect(cell(rowOf(page, two), 'status')).toHaveAttribute('data-refused', '');
  await page.getByText('1 refused cell').click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.locator('[data-refused]')).toHaveCount(0);
  await open(page, `${demo.url}${DEMO}/accounts?q=${one}`);
  await expect(cell(rowOf(page, one), 'date')).toHaveText('21 May 2031');
});

test('more cells than the table has, and more rows than a paste may change, are said', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}${OPEN_VIEW}&sort=-account`);
  await live(page);
  const [one] = await idsOf(page);
  await cell(rowOf(page, one), 'owner').focus();
  await paste(page, Array.from({ length: 501 }, () => 'Priya Raman').join('\n'));
  await expect(said(page)).toContainText('At most 500 rows can be changed this way, this is 501.');
  await paste(page, ['Priya Raman', ...Array.from({ length: 15 }, () => 'more')].join('\t'));
  await expect(page.getByRole('dialog', { name: 'Paste' })).toContainText('columns lie beyond the last column of the table.');
});

test('everybody sees who else is where', async ({ demo, page, openPage, signIn }) => {
  const lead = await openPage();
  await signIn(page, 'operator');
  await signIn(lead, 'lead');
  const id = await firstIn(page, `${demo.url}${OPEN_VIEW}`);
  for (const one of [page, lead]) {
    await open(one, `${demo.url}${DEMO}/accounts?q=${id}`);
    await live(one);
  }
  await cell(rowOf(lead, id), 'owner').focus();
  await expect(rowOf(page, id).getByText('Lena Brandt is at Owner')).toBeAttached();
  await expect(cell(rowOf(page, id), 'owner')).toHaveAttribute('data-other', /^[1-8]$/);
  await checkAccessibility(page);
  await lead.close();
  await expect(rowOf(page, id).getByText('Lena Brandt is at Owner')).toHaveCount(0);
});

test('on a phone a card shows what matters and its status is changed with the thumb', async ({ demo, openPage, signIn }) => {
  const page = await openPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await signIn(page, 'operator');
  const id = await firstIn(page, `${demo.url}${OPEN_VIEW}`);
  await open(page, `${demo.url}${DEMO}/accounts?q=${id}`);
  await live(page);
  const status = cell(rowOf(page, id), 'status');
  const box = await status.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await status.tap();
  await expect(editor(page)).toBeInViewport();
  await checkAccessibility(page);
  await editor(page).getByText('Opt out', { exact: true }).tap();
  await expect(status).toContainText('Opted out');
  await rowOf(page, id).getByRole('link').tap();
  await page.waitForURL('**/accounts/*');
});
