import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, cell, firstIn, live, open, rowOf, rows } from '../steps';

const LABEL = 'Find an account or run a command';

const field = (page: Page) => page.getByRole('combobox', { name: LABEL });
const what = (page: Page) => page.getByRole('combobox', { name: 'What to do with the account' });
const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name });
const card = (page: Page) => page.getByRole('article');
const sentence = (page: Page) => card(page).locator('.sentence');

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+K');
  await expect(field(page)).toBeFocused();
}

/** Takes the account that is at hand, and an action on it by a word of its name; the keyboard does it all. */
async function act(page: Page, word: string): Promise<void> {
  await expect(what(page)).toBeFocused();
  await page.keyboard.type(word);
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
}

test('by keyboard alone: paste an address, read the answer, copy the sentence, change the account', async ({ demo, page, context, signIn }) => {
  await signIn(page, 'operator');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await firstIn(page, `${demo.url}${DEMO}/accounts?status=not_started&cohort=none&sort=name`);
  await rows(page).first().getByRole('link').click();
  // Its code may have to be fetched first; the table stays until then.
  const contact = page.getByRole('region', { name: 'Contact' });
  await expect(contact).toBeVisible();
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  const email = await contact.getByText(/@/).innerText();
  await open(page, `${demo.url}/`);
  const before = page.getByRole('main').getByRole('link', { name: 'Ledger 3 billing' });
  await before.focus();

  await test.step('the address, with all that clings to it, finds the account', async () => {
    await openPalette(page);
    await page.evaluate((text) => navigator.clipboard.writeText(text), `  "${name}" <${email.toUpperCase()}>; `);
    await page.keyboard.press('Control+V');
    // Its account of the present migration, before the one of a closed migration.
    await expect(option(page, new RegExp(id)).first()).toHaveAttribute('aria-selected', 'true');
    await expect(field(page)).toHaveAttribute('aria-activedescendant', 'palette-option-0');
    await expect(card(page).getByRole('heading', { name })).toBeVisible();
    await expect(card(page)).toContainText('Not migrated yet. No date is set.');
    await expect(card(page)).toContainText(/As of \d\d:\d\d:\d\d/);
    await expect(card(page)).toContainText(email);
    await expect(card(page)).toContainText('Last change');
    await expect(page.getByText('Found by the e-mail address of a contact')).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await checkAccessibility(page);
    }
    await shoot(page, 'answer');
  });

  await test.step('the sentence is copied', async () => {
    await expect(sentence(page)).toHaveText(/^The move to Ledger 3: your account has not moved yet\./);
    await page.keyboard.press('Control+C');
    await expect(page.getByText('The sentence is copied.')).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await sentence(page).innerText());
  });

  await test.step('schedule, by a form', async () => {
    await page.keyboard.press('Enter');
    await expect(option(page, 'Schedule…')).toBeVisible();
    await expect(option(page, 'Complete…')).toHaveAttribute('aria-disabled', 'true');
    await checkAccessibility(page);
    await shoot(page, 'answer-actions');
    await act(page, 'schedule');
    await expect(page.getByRole('textbox', { name: 'Date', exact: true })).toBeFocused();
    await shoot(page, 'answer-form');
    // In which order day and month are typed is the browser's choice.
    await page.getByRole('textbox', { name: 'Date', exact: true }).fill('2031-05-21');
    await checkAccessibility(page);
    await page.keyboard.press('Enter');
    await expect(card(page)).toContainText('It is scheduled for 21 May 2031.');
    await expect(sentence(page)).toContainText('planned to move on Wednesday, 21 May 2031.');
    await expect(card(page)).toContainText(/Omar Haddad changed status and date/);
  });

  await test.step('back again, which asks nothing', async () => {
    await act(page, 'back to');
    await expect(card(page)).toContainText('No date is set.');
  });

  await test.step('assign an owner from the menu', async () => {
    await act(page, 'assign');
    const hanna = page.getByRole('menuitemradio', { name: 'Hanna Kowalska' });
    await expect(page.getByRole('menuitemradio').first()).toBeFocused();
    const place = (await page.getByRole('menuitemradio').allInnerTexts()).indexOf('Hanna Kowalska');
    for (let step = 0; step < place; step += 1) await page.keyboard.press('ArrowDown');
    await expect(hanna).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(card(page)).toContainText('Hanna Kowalska');
    await expect(option(page, /Assign an owner…/)).toContainText('Hanna Kowalska');
  });

  await test.step('a form is given up, then the account, then the palette; the focus is back', async () => {
    await act(page, 'cohort');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(what(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(field(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(before).toBeFocused();
  });

  await test.step('it is remembered, and its page is two keys away', async () => {
    await openPalette(page);
    // Its account of the present migration, before the one of a closed migration.
    await expect(option(page, new RegExp(id)).first()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expect(what(page)).toBeFocused();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/accounts\/\d+$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  });
});

test('an id finds its account and no neighbour; a name is found in spite of a typo', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}/`);
  await openPalette(page);
  await expect(option(page, /^Accounts Ledger 3/)).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'answer-empty');
  await page.keyboard.type('c-10490');
  await expect(option(page, /C-10490/).first()).toBeVisible();
  await expect(option(page, /C-(?!10490)\d+/)).toHaveCount(0);
  await field(page).fill('halvorsne');
  await expect(option(page, /Halvorsen/).first()).toBeVisible();
  await expect(page.getByText('Found in spite of a typo')).toBeVisible();
  await field(page).fill('ziegler');
  await expect(option(page, /Ziegler/)).toHaveCount(8);
  await expect(page.getByText(/\d+ customers more fit/)).toBeVisible();
  await shoot(page, 'answer-many');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true');
  const second = await page.getByRole('option').nth(1).locator('b').innerText();
  await expect(card(page).getByRole('heading', { name: second })).toBeVisible();

  await test.step('who may only read is offered no change', async () => {
    await page.keyboard.press('Enter');
    await expect(what(page)).toBeFocused();
    await expect(option(page, /Open the account/)).toBeVisible();
    await expect(page.getByRole('option')).toHaveText([/Open the account/, /Copy the sentence/, /Show it in the table/]);
  });
});

test('commands lead somewhere, from within a cell that is being edited, too', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  const id = await firstIn(page, `${demo.url}${DEMO}/accounts?status=scheduled&sort=-name`);
  await open(page, `${demo.url}${DEMO}/accounts?status=scheduled&sort=-name`);
  await live(page);
  await cell(rowOf(page, id), 'date').click();
  await expect(page.getByRole('textbox', { name: 'Date', exact: true })).toBeFocused();
  await openPalette(page);
  await page.keyboard.type('coho');
  await expect(page.getByRole('option').first()).toHaveText(/^Cohorts/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/cohorts');

  await openPalette(page);
  await page.keyboard.type('blocked accounts');
  await expect(page.getByRole('option').first()).toHaveText(/^Blocked accounts/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/accounts?status=blocked');
  await openPalette(page);
  await page.keyboard.press('Control+K');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await test.step('an admin’s places are not offered', async () => {
    await openPalette(page);
    await page.keyboard.type('audit log');
    await expect(page.getByRole('heading', { name: 'No account found' })).toBeVisible();
    await expect(option(page, /Audit log/)).toHaveCount(0);
  });
});

test('the question mark lists the shortcuts, but not where it is text', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/accounts`);
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await page.getByLabel('Search accounts').press('?');
  await expect(page.getByLabel('Search accounts')).toHaveValue('?');
  await expect(list).toHaveCount(0);
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  await expect(list.getByText('Find an account, run a command')).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await openPalette(page);
  await page.keyboard.type('shortcuts');
  await page.keyboard.press('Enter');
  await expect(list).toBeVisible();
});

test('a late answer is dropped, a failure can be tried again, offline is said', async ({ demo, page, context, signIn, browserConsole }) => {
  browserConsole.allow(/net::ERR_/);
  await signIn(page, 'viewer');
  await open(page, `${demo.url}/`);
  await openPalette(page);

  await test.step('late', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/answers/find', async (route) => {
      if (route.request().postDataJSON().text === 'c-10007') await released;
      await route.continue();
    });
    const first = page.waitForRequest((request) => request.postData()?.includes('c-10007') ?? false);
    await field(page).fill('c-10007');
    await first;
    const late = page.waitForResponse((response) => response.request().postData()?.includes('c-10007') ?? false);
    await field(page).fill('c-10490');
    await expect(option(page, /C-10490/).first()).toBeVisible();
    release();
    await (await late).finished();
    await expect(option(page, /C-(?!10490)\d+/)).toHaveCount(0);
    await page.unroute('**/api/answers/find');
  });

  await test.step('failed', async () => {
    await page.route('**/api/answers/find', (route) => route.abort());
    await field(page).fill('c-10014');
    await expect(page.getByRole('alert')).toContainText('The server could not be reached');
    await page.unroute('**/api/answers/find');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(option(page, /C-10014/)).toBeVisible();
  });

  await test.step('offline', async () => {
    await context.setOffline(true);
    await field(page).fill('c-10021');
    await expect(page.getByText('You are offline.')).toBeVisible();
    await context.setOffline(false);
    await expect(option(page, /C-10021/)).toBeVisible();
  });

  await test.step('nothing found', async () => {
    await field(page).fill('c-10022');
    await expect(page.getByRole('heading', { name: 'No account found' })).toBeVisible();
    await expect(page.getByText('Nothing fits “c-10022”')).toBeVisible();
    await checkAccessibility(page);
    await shoot(page, 'answer-nothing');
  });
});

test('on a phone it is a sheet of its own', async ({ demo, openPage, signIn }) => {
  const page = await openPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await signIn(page, 'operator');
  await open(page, `${demo.url}${DEMO}/accounts`);
  await page.getByRole('button', { name: LABEL }).tap();
  await field(page).fill('halvorsen');
  await expect(option(page, /Halvorsen/).first()).toBeVisible();
  await checkAccessibility(page);
  const box = await page.getByRole('dialog').boundingBox();
  expect(box).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  await expect(card(page)).toBeHidden();
  await option(page, /Halvorsen/).first().tap();
  await expect(sentence(page)).toBeVisible();
  await expect(option(page, /Open the account/)).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'answer-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole('button', { name: 'Close' }).tap();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
