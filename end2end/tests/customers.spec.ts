import type { Locator, Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, live, open, rowOf } from '../steps';

/** Customers of the demo with two contacts and two migrations; each test has one of its own. */
const [READ, RENAMED, CONTESTED, CARDS, PHONE] = [0, 24, 48, 72, 96].map((index) => `C-${10_000 + index * 7}`);

const facts = (page: Page): Locator => page.getByRole('region', { name: 'Facts', exact: true });
const contacts = (page: Page): Locator => page.getByRole('region', { name: 'Contacts' });
const card = (page: Page, name: string): Locator =>
  contacts(page).getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });

/** Opens the form of the facts and types into one of its fields. */
async function typeFact(page: Page, label: string, value: string): Promise<void> {
  if (await facts(page).getByRole('button', { name: 'Edit the facts' }).isVisible()) {
    await facts(page).getByRole('button', { name: 'Edit the facts' }).click();
  }
  await facts(page).getByLabel(label).fill(value);
}

const save = (page: Page): Promise<void> => facts(page).getByRole('button', { name: 'Save' }).click();

test('the directory is searched, sorted and paged, also without script', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}/customers`);
  const lines = page.locator('.directory tbody tr');
  await expect(lines).toHaveCount(50);
  await expect(page.getByText(/^1–50 of 2,0\d\d/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Customer', exact: true })).toHaveCount(0);
  const first = await lines.first().getByRole('rowheader').innerText();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.waitForURL('**/customers?page=2');
  await expect(lines.first().getByRole('rowheader')).not.toHaveText(first);
  await page.getByRole('link', { name: 'Plan' }).click();
  await page.waitForURL('**/customers?sort=plan');
  await expect(page.getByRole('columnheader', { name: 'Plan' })).toHaveAttribute('aria-sort', 'ascending');
  await page.getByRole('link', { name: 'Plan' }).click();
  await page.waitForURL('**/customers?sort=-plan');
  await expect(lines.first().getByRole('cell').nth(2)).toHaveText('Team');
  await page.getByLabel('Search customers').fill(READ);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/customers?q=${READ}&sort=-plan`);
  await expect(lines).toHaveCount(1);
  await checkAccessibility(page);

  const plain = await openPage({ javaScriptEnabled: false });
  await signIn(plain, 'viewer');
  await plain.goto(`${demo.url}/customers?sort=region&page=3`);
  await expect(plain.getByText(/^101–150 of 2,0\d\d/)).toBeVisible();
  await plain.getByLabel('Search customers').fill(READ);
  await plain.getByRole('button', { name: 'Search' }).click();
  await expect(plain.locator('.directory tbody tr')).toHaveCount(1);
  await plain.goto(`${demo.url}/customers?q=nothing%20like%20this`);
  await expect(plain.getByRole('heading', { name: 'No customer matches' })).toBeVisible();
  await plain.goto(`${demo.url}/customers?page=4000000000`);
  await expect(plain.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});

test('a customer shows all its migrations and leads to its accounts and back', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}/customers?q=${READ}`);
  await page.locator('.directory').getByRole('link').filter({ hasNotText: /^(Name|Plan|Region)$/ }).first().click();
  await page.waitForURL(`**/customers/${READ}`);
  const migrations = page.getByRole('region', { name: 'Migrations' });
  await expect(migrations.getByRole('row')).toHaveCount(3);
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await expect(migrations.getByRole('row').last()).toContainText('Sign-in renewal');
  await expect(migrations.getByRole('row').last()).toContainText('Completed');
  await expect(contacts(page).getByRole('listitem')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /Edit|Remove|Make main/ })).toHaveCount(0);
  await expect(page.locator('.history .entry').first()).toContainText('added a contact');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }
  await shoot(page, 'customer');
  await migrations.getByRole('link', { name: 'Ledger 3 billing' }).click();
  await page.waitForURL(`**${DEMO}/accounts/1`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await page.getByRole('link', { name: 'Open the customer' }).click();
  await page.waitForURL(`**/customers/${READ}`);
});

test('a renamed customer and its main contact show in the table of another browser at once', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'operator');
  await open(page, `${demo.url}/customers/${RENAMED}`);
  const table = await openPage();
  await signIn(table, 'lead');
  await open(table, `${demo.url}${DEMO}/accounts?q=${RENAMED}`);
  await live(table);
  await typeFact(page, 'Name', 'Nordlicht Werke SE');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nordlicht Werke SE');
  await expect(rowOf(table, RENAMED).getByRole('rowheader')).toContainText('Nordlicht Werke SE');
  await expect(facts(page).getByRole('button', { name: 'Edit the facts' })).toBeFocused();
  await expect(page.locator('.history .entry').first()).toContainText('Nordlicht Werke SE');
});

test('two people on one customer: different facts merge, the same fact shows both values', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'operator');
  const lead = await openPage();
  await signIn(lead, 'lead');
  for (const each of [page, lead]) await open(each, `${demo.url}/customers/${CONTESTED}`);
  const conflict = facts(page).getByRole('alertdialog');

  await typeFact(page, 'Region', 'Nordics');
  await typeFact(lead, 'Plan', 'Gold');
  await save(lead);
  await expect(facts(lead).getByText('Gold')).toBeVisible();
  await save(page);
  await expect(facts(page).getByText('Nordics')).toBeVisible();
  await expect(facts(page).getByText('Gold')).toBeVisible();

  await typeFact(page, 'Plan', 'Silver');
  await typeFact(lead, 'Plan', 'Bronze');
  await save(lead);
  await expect(facts(lead).getByText('Bronze')).toBeVisible();
  await save(page);
  await expect(conflict).toContainText('Plan: Lena Brandt saved another value. It was Gold before.');
  await expect(conflict.getByRole('definition')).toHaveText(['Bronze', 'Silver']);
  await checkAccessibility(page);
  await conflict.getByRole('button', { name: 'Keep theirs' }).click();
  await expect(facts(page).getByText('Bronze')).toBeVisible();

  await typeFact(page, 'Plan', 'Silver');
  await typeFact(lead, 'Plan', 'Gold');
  await save(lead);
  await expect(facts(lead).getByText('Gold')).toBeVisible();
  await save(page);
  await conflict.getByRole('button', { name: 'Use mine' }).click();
  for (const each of [page, lead]) await expect(facts(each).getByText('Silver')).toBeVisible();
});

test('contacts are added, corrected, made main and removed', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await signIn(page, 'operator');
  await open(page, `${demo.url}/customers/${CARDS}`);
  const before = await contacts(page).getByRole('heading', { level: 3 }).first().innerText();
  await contacts(page).getByRole('button', { name: 'Contact', exact: true }).click();
  const form = contacts(page).getByRole('form', { name: 'New contact' });
  await expect(form.getByLabel('Name')).toBeFocused();

  await test.step('what cannot be is refused at its field, and stays typed', async () => {
    await form.getByLabel('Name').fill('Solveig Dahl');
    await form.getByLabel('E-mail').fill('solveig@halvorsen');
    await form.getByLabel('Time zone').fill('Middle/Earth');
    await form.getByRole('button', { name: 'Add the contact' }).click();
    await expect(form.getByText('This is not an e-mail address.')).toBeVisible();
    await expect(form.getByText('This time zone is not known.')).toBeVisible();
    await expect(form.getByLabel('Name')).toHaveValue('Solveig Dahl');
    await checkAccessibility(page);
  });
  await form.getByLabel('E-mail').fill('solveig@halvorsen.example');
  await form.getByLabel('Time zone').fill('Europe/Oslo');
  await form.getByLabel('Language').fill('nb');
  await form.getByLabel('Role at the customer').fill('Finance systems');
  await form.getByRole('button', { name: 'Add the contact' }).click();
  await expect(card(page, 'Solveig Dahl')).toContainText('Norwegian, nb · Europe/Oslo');

  await card(page, 'Solveig Dahl').getByRole('button', { name: 'Make main' }).click();
  await expect(contacts(page).getByRole('listitem').first()).toContainText('Solveig Dahl');
  await expect(card(page, 'Solveig Dahl')).toContainText('Main contact');
  await card(page, 'Solveig Dahl').getByRole('button', { name: /^Edit/ }).click();
  await contacts(page).getByLabel('Phone').fill('+47 22 00 00 17');
  await contacts(page).getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'Solveig Dahl').getByRole('link', { name: '+47 22 00 00 17' })).toHaveAttribute('href', 'tel:+4722000017');

  const old = before.replace(/\s*Main contact$/, '');
  await card(page, old).getByRole('button', { name: /^Remove/ }).click();
  const question = page.getByRole('dialog', { name: `Remove ${old}?` });
  await checkAccessibility(page);
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(card(page, old)).toHaveCount(0);
  await expect(page.locator('.history .entry').first()).toContainText('removed a contact');

  await test.step('Escape leaves a form without a trace', async () => {
    await contacts(page).getByRole('button', { name: 'Contact', exact: true }).click();
    await form.getByLabel('Name').fill('Nobody');
    await page.keyboard.press('Escape');
    await expect(form).toHaveCount(0);
    await expect(contacts(page).getByRole('button', { name: 'Contact', exact: true })).toBeFocused();
    await expect(contacts(page).getByText('Nobody')).toHaveCount(0);
  });
});

test('a customer is added by hand under an id of any characters', async ({ demo, page, signIn, browserConsole }, testInfo) => {
  browserConsole.allow(/status of 422/);
  await signIn(page, 'operator');
  await open(page, `${demo.url}/customers`);
  const id = `Å/50%..~${testInfo.workerIndex}`;
  await page.getByRole('button', { name: 'Customer', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Add a customer' });
  await form.getByLabel('External id').fill(READ);
  await form.getByLabel('Name').fill('Adria Foods');
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(form.getByText('The directory has a customer with this id already.')).toBeVisible();
  await checkAccessibility(page);
  await form.getByLabel('External id').fill(id);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Adria Foods' })).toBeVisible();
  await expect(facts(page).getByText(id)).toBeVisible();
  await expect(page.getByText('This customer is part of no migration yet.')).toBeVisible();
  await page.reload();
  await expect(facts(page).getByText(id)).toBeVisible();
  await page.getByRole('link', { name: 'All customers' }).click();
  await page.getByLabel('Search customers').fill(id);
  await page.keyboard.press('Enter');
  await page.getByRole('rowheader').getByRole('link', { name: 'Adria Foods' }).click();
  await expect(facts(page).getByText(id)).toBeVisible();
});

test('an address without a customer says so', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  await signIn(page, 'viewer');
  for (const segment of ['nobody', '~ZZ']) {
    await page.goto(`${demo.url}/customers/${segment}`);
    await expect(page.getByRole('heading', { name: 'There is no such customer' })).toBeVisible();
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the directory and a customer fit, and a contact is corrected', async ({ demo, page, signIn }) => {
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    await signIn(page, 'operator');
    await open(page, `${demo.url}/customers?q=${PHONE}`);
    expect(await fits()).toBe(true);
    await checkAccessibility(page);
    await shoot(page, 'customers');
    await page.getByRole('rowheader').getByRole('link').click();
    await page.waitForURL(`**/customers/${PHONE}`);
    await expect(contacts(page).getByRole('listitem')).toHaveCount(2);
    expect(await fits()).toBe(true);
    await contacts(page).getByRole('button', { name: /^Edit/ }).last().click();
    expect(await fits()).toBe(true);
    await contacts(page).getByLabel('Role at the customer').fill('On call');
    await checkAccessibility(page);
    await shoot(page, 'customer-editing');
    await contacts(page).getByRole('button', { name: 'Save' }).click();
    await expect(contacts(page).getByText('On call')).toBeVisible();
    await checkAccessibility(page);
  });
});
