import type { Page } from '@playwright/test';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, cell, choose, editor, firstIn, firstMigration, indicator, live, open, rowOf } from '../steps';

/** What Chromium says of a request without a connection. */
const UNPLUGGED = /WebSocket|net::ERR_/;

/** The same account in two browsers: an operator's and a lead's. */
async function together(demo: string, pages: { operator: Page; lead: Page }, view: string): Promise<string> {
  const id = await firstIn(pages.operator, `${demo}${DEMO}/accounts?${view}`);
  for (const page of Object.values(pages)) {
    await open(page, `${demo}${DEMO}/accounts?q=${id}`);
    await live(page);
  }
  return id;
}

test.describe('two people', () => {
  let operator: Page;
  let lead: Page;

  test.beforeEach(async ({ page, openPage, signIn }) => {
    [operator, lead] = [page, await openPage()];
    await signIn(operator, 'operator');
    await signIn(lead, 'lead');
  });

  test('what one changes the other sees, marked with who did it', async ({ demo }) => {
    const id = await together(demo.url, { operator, lead }, 'status=not_started&cohort=none');
    await expect(operator.locator('.chip.not-started b')).toHaveText('1');
    await choose(lead, rowOf(lead, id), 'status', 'Opt out');
    await expect(cell(rowOf(operator, id), 'status')).toContainText('Opted out');
    await expect(cell(rowOf(operator, id), 'status').getByText('just changed by Lena Brandt')).toBeAttached();
    await expect(operator.locator('.chip.not-started b')).toHaveText('0');
    await expect(operator.locator('.chip.opted-out b')).toHaveText('1');
  });

  test('different fields of one account: both are kept', async ({ demo }) => {
    const id = await together(demo.url, { operator, lead }, 'status=not_started&cohort=none&owner=none');
    await cell(rowOf(operator, id), 'owner').click();
    await choose(lead, rowOf(lead, id), 'cohort', '3 · Main EU');
    await expect(cell(rowOf(lead, id), 'cohort')).toContainText('Main EU');
    await editor(operator).getByText('Priya Raman').click();
    await expect(editor(operator)).toBeHidden();
    for (const page of [operator, lead]) {
      await expect(cell(rowOf(page, id), 'cohort')).toContainText('3 · Main EU');
      await expect(cell(rowOf(page, id), 'owner')).toContainText('Priya Raman');
    }
  });

  test('the same field: the second sees both values and chooses', async ({ demo }) => {
    const id = await together(demo.url, { operator, lead }, 'status=not_started&owner=none');
    const conflict = operator.getByRole('alertdialog', { name: 'Two values for Owner' });
    const collide = async (theirs: string, mine: string, before: string) => {
      await cell(rowOf(operator, id), 'owner').click();
      await choose(lead, rowOf(lead, id), 'owner', theirs);
      await expect(cell(rowOf(lead, id), 'owner')).toContainText(theirs);
      await editor(operator).getByRole('menu').getByText(mine).click();
      await expect(conflict).toContainText(`Lena Brandt saved another value while you were editing. It was ${before}.`);
      await expect(conflict.getByRole('definition')).toHaveText([theirs, mine]);
    };
    await collide('Jonas Weber', 'Hanna Kowalska', 'Nobody');
    await checkAccessibility(operator);
    await conflict.getByRole('button', { name: 'Keep theirs' }).click();
    await expect(cell(rowOf(operator, id), 'owner')).toContainText('Jonas Weber');

    await collide('Priya Raman', 'Hanna Kowalska', 'Jonas Weber');
    await conflict.getByRole('button', { name: 'Use mine' }).click();
    for (const page of [operator, lead]) await expect(cell(rowOf(page, id), 'owner')).toContainText('Hanna Kowalska');
  });

  test('a row being edited neither moves nor goes when it stops matching', async ({ demo }) => {
    const view = `${demo.url}${DEMO}/accounts?status=not_started&cohort=none`;
    const id = await firstIn(operator, view);
    await open(operator, view);
    await live(operator);
    await open(lead, `${demo.url}${DEMO}/accounts?q=${id}`);
    await cell(rowOf(operator, id), 'owner').click();
    await choose(lead, rowOf(lead, id), 'status', 'Opt out');
    await expect(cell(rowOf(lead, id), 'status')).toContainText('Opted out');
    await expect(editor(operator)).toBeVisible();
    await expect(rowOf(operator, id)).toBeVisible();
    await operator.keyboard.press('Escape');
    await expect(rowOf(operator, id)).toHaveCount(0);
  });

  test('unplugged and back: nothing was missed', async ({ demo, cable, browserConsole }) => {
    browserConsole.allow(UNPLUGGED);
    const id = await together(demo.url, { operator, lead }, 'status=not_started&cohort=none&owner=none');
    await open(operator, `${cable.url}${DEMO}/accounts?q=${id}`);
    await live(operator);
    cable.unplug();
    await expect(indicator(operator)).toHaveText('Reconnecting');
    await choose(lead, rowOf(lead, id), 'owner', 'Ines Ferreira');
    await choose(lead, rowOf(lead, id), 'cohort', '4 · Main US');
    await expect(cell(rowOf(lead, id), 'cohort')).toContainText('Main US');
    await expect(cell(rowOf(operator, id), 'owner')).not.toContainText('Ines Ferreira');
    cable.plug();
    await live(operator);
    await expect(cell(rowOf(operator, id), 'owner')).toContainText('Ines Ferreira');
    await expect(cell(rowOf(operator, id), 'cohort')).toContainText('4 · Main US');
  });

  test('what cannot be saved now is kept and can be sent again', async ({ demo, cable, browserConsole }) => {
    browserConsole.allow(UNPLUGGED);
    const id = await together(demo.url, { operator, lead }, 'status=not_started&cohort=none');
    await open(operator, `${cable.url}${DEMO}/accounts?q=${id}`);
    await cell(rowOf(operator, id), 'date').click();
    await editor(operator).getByLabel('Date', { exact: true }).fill('2031-05-21');
    cable.unplug();
    await editor(operator).getByRole('button', { name: 'Save' }).click();
    await expect(editor(operator).getByRole('alert')).toBeVisible();
    await expect(editor(operator).getByLabel('Date', { exact: true })).toHaveValue('2031-05-21');
    cable.plug();
    await editor(operator).getByRole('button', { name: 'Try again' }).click();
    await expect(cell(rowOf(operator, id), 'date')).toHaveText('21 May 2031');
  });
});

test('without a connection for half a minute the screen says that it is stale', async ({ page, cable, signIn, browserConsole }) => {
  browserConsole.allow(UNPLUGGED);
  await signIn(page, 'viewer');
  await page.clock.install();
  await open(page, `${cable.url}${DEMO}/accounts`);
  await live(page);
  cable.unplug();
  await expect(indicator(page)).toHaveText('Reconnecting');
  await page.clock.fastForward(32_000);
  await expect(indicator(page)).toHaveText(/^Stale since \d\d:\d\d$/);
  cable.plug();
  await page.clock.fastForward(10_000);
  await live(page);
});

test('a restart of the server is a moment of reconnecting', async ({ server, page, browserConsole }) => {
  browserConsole.allowServerAway();
  await firstMigration(page, server, 'Ledger 3');
  await live(page);
  await server.stop();
  await expect(indicator(page)).toHaveText('Reconnecting');
  await server.start();
  await live(page);
});
