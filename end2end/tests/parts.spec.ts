import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { DEMO, awake, goTo, open, rows } from '../steps';

/** Chromium's lines for a file that could not be had, and the loader's. */
const NOT_LOADED = /Failed to load resource|Failed to fetch|net::ERR_FAILED|preload/;

const problem = (page: Page) => page.getByRole('alert').filter({ hasText: 'A part of Landbridge could not be loaded' });

/** The names of the application's files that this page asks for from now on. */
function asked(page: Page): string[] {
  const names: string[] = [];
  page.on('request', (request) => {
    const name = /\/pkg\/app\.[^/]+\/(.+)$/.exec(request.url())?.[1];
    if (name) names.push(name);
  });
  return names;
}

test('the table answers before what it needs later has come, and keeps an early key press', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/split_tools.wasm', async (route) => {
    await held;
    await route.continue();
  });
  const files = asked(page);
  await page.goto(`${demo.url}${DEMO}/accounts`);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  expect(files).toEqual(expect.arrayContaining(['landbridge.js', 'landbridge_bg.wasm', 'frame.bin', 'table.bin']));
  expect(files).not.toContain('split_pages.wasm');
  expect(files).not.toContain('split_work.wasm');

  await rows(page).first().locator('td.status').focus();
  await page.keyboard.press('ArrowDown');
  await expect(rows(page).nth(1).locator('td.status')).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toHaveCount(0);
  release();
  await expect(page.getByRole('dialog', { name: 'Find an account or run a command' }).getByRole('combobox')).toBeFocused();
});

test('the sign-in page loads none of the parts', async ({ demo, page }) => {
  const files = asked(page);
  await open(page, `${demo.url}/sign-in`);
  expect([...files].sort()).toEqual(['__wasm_split.js', 'landbridge.js', 'landbridge_bg.wasm']);
});

test('a page of another part opens by a link and by its address', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  const files = asked(page);
  await open(page, `${demo.url}${DEMO}/accounts`);
  expect(files).not.toContain('split_pages.wasm');
  await goTo(page, 'Cohorts');
  await expect(page).toHaveTitle('Cohorts · Ledger 3 billing · Landbridge');
  expect(files).toContain('split_pages.wasm');

  await open(page, `${demo.url}${DEMO}/settings`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  await page.evaluate(() => document.documentElement.setAttribute('data-same-document', ''));
  await goTo(page, 'Imports');
  await expect(page).toHaveTitle('Imports · Ledger 3 billing · Landbridge');
  await expect(page.locator('html[data-same-document]')).toBeAttached();
});

test('a page whose code does not come leaves the open page as it is, and opens at another try', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(NOT_LOADED);
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await page.route('**/split_pages.wasm', (route) => route.abort());
  const cohorts = page.getByRole('navigation', { name: 'This migration' }).getByRole('link', { name: 'Cohorts' });
  await cohorts.click();
  await expect(problem(page)).toBeVisible();
  await expect(rows(page).first()).toBeVisible();
  await expect(page).toHaveURL(/\/accounts$/);

  // Without a connection another try says the same again.
  const again = page.waitForEvent('requestfailed', (request) => request.url().endsWith('split_pages.wasm'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await again;
  await expect(problem(page)).toBeVisible();

  await page.unroute('**/split_pages.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page).toHaveTitle('Cohorts · Ledger 3 billing · Landbridge');
  await expect(page).toHaveURL(/\/cohorts$/);
  await expect(problem(page)).toBeHidden();
});

test('a page that is opened by its address and whose code does not come says so, and answers after another try', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(NOT_LOADED);
  await signIn(page, 'admin');
  await page.route('**/split_pages.wasm', (route) => route.abort());
  await page.goto(`${demo.url}${DEMO}/settings`);
  await expect(problem(page)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  await page.unroute('**/split_pages.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await awake(page);
  await expect(problem(page)).toBeHidden();
  await goTo(page, 'Accounts');
});

test('an application that does not come says so too', async ({ demo, page, signIn, browserConsole }) => {
  // The uncaught error of the script that loads it comes without words.
  browserConsole.allow(/Failed to load resource|dynamically imported module|preload|^uncaught: $/);
  await signIn(page, 'viewer');
  await page.route('**/landbridge.js', (route) => route.abort());
  await page.goto(`${demo.url}${DEMO}/accounts`);
  await expect(problem(page)).toBeVisible();
  await page.unroute('**/landbridge.js');
  await page.getByRole('button', { name: 'Try again' }).click();
  await awake(page);
  await expect(problem(page)).toBeHidden();
});

test('the size of the first screen, for the record', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  const sizes = new Map<string, number>();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/pkg/')) sizes.set(pathname, Number(response.headers()['content-length']));
  });
  await open(page, `${demo.url}/sign-in`);
  const report = (screen: string) => {
    const kilobytes = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1000;
    console.log(`${screen}: ${sizes.size} files, ${kilobytes.toFixed(0)} kB as they are sent`);
    sizes.clear();
  };
  report('sign-in page');
  // What comes after the page answers to clicks is held back.
  await page.route(/(split_tools|chunk_\d+)\.wasm$/, () => {});
  await page.goto(`${demo.url}${DEMO}/accounts`);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  expect([...sizes.values()].every((size) => size > 0)).toBe(true);
  report('table of accounts');
});
