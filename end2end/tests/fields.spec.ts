import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, firstMigration, live, open, rowOf } from '../steps';

const card = (page: Page) => page.getByRole('region', { name: 'Fields', exact: true });
const line = (page: Page, name: string) => card(page).getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
const names = (page: Page) => card(page).locator('ol.field-list h3').allInnerTexts();

type Field = { name: string; kind: string; options?: string[]; required?: boolean; standard?: string };

/** Adds a field without the mouse: the button, the fields in their order, Enter. */
async function addByKeyboard(page: Page, { name, kind, options, required, standard }: Field): Promise<void> {
  await card(page).getByRole('button', { name: 'Field', exact: true }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'New field' });
  await expect(dialog.getByLabel('Name')).toBeVisible();
  await dialog.getByLabel('Name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await expect(dialog.getByLabel('Kind')).toBeFocused();
  await page.keyboard.type(kind);
  await expect(dialog.getByLabel('Kind')).toHaveValue(kind.toLowerCase());
  if (options) {
    await page.keyboard.press('Tab');
    await expect(dialog.getByLabel('Options')).toBeFocused();
    await page.keyboard.type(options.join('\n'));
  }
  await page.keyboard.press('Tab');
  await expect(dialog.getByLabel('Required')).toBeFocused();
  if (required) await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  if (standard) await page.keyboard.type(standard);
  await dialog.getByRole('button', { name: 'Add the field' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(line(page, name)).toBeVisible();
}

test('fields of every kind are added, ordered and retired; accounts have them; a template passes them on', async ({
  server,
  page,
  openPage,
  browserConsole,
}) => {
  test.slow();
  browserConsole.allow(/status of 422/);
  const migration = await firstMigration(page, server, 'Ledger 9');
  await open(page, `${migration}/settings`);
  await expect(card(page)).toContainText('No fields yet');

  await test.step('a field of each kind, by keyboard', async () => {
    await addByKeyboard(page, { name: 'Contract tier', kind: 'Select', options: ['Standard', 'Premium'], required: true, standard: 'Standard' });
    await addByKeyboard(page, { name: 'Seats', kind: 'Number' });
    await addByKeyboard(page, { name: 'Kick-off call', kind: 'Date' });
    await addByKeyboard(page, { name: 'SSO', kind: 'Checkbox' });
    await addByKeyboard(page, { name: 'CRM', kind: 'Link' });
    await addByKeyboard(page, { name: 'Notes', kind: 'Text', required: true });
    expect(await names(page)).toEqual(['Contract tier', 'Seats', 'Kick-off call', 'SSO', 'CRM', 'Notes']);
    await expect(line(page, 'Contract tier')).toContainText('Default: Standard');
  });

  await test.step('a problem stands at its field and what was typed stays', async () => {
    await card(page).getByRole('button', { name: 'Field', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'New field' });
    await dialog.getByLabel('Name').fill('seats');
    await dialog.getByLabel('Kind').selectOption('Select');
    await dialog.getByLabel('Options').fill('Blue\nblue');
    const refused = page.waitForResponse('**/api/fields/add');
    await dialog.getByRole('button', { name: 'Add the field' }).click();
    expect((await refused).status()).toBe(422);
    await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(/Another column has this name/);
    await expect(dialog.getByLabel('Options')).toHaveAccessibleDescription(/“blue” is there twice/);
    await expect(dialog.getByLabel('Options')).toHaveValue('Blue\nblue');
    await checkAccessibility(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step('the order changes and the focus stays with the field', async () => {
    const down = line(page, 'Seats').getByRole('button', { name: 'Move Seats down' });
    await down.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => names(page)).toEqual(['Contract tier', 'Kick-off call', 'Seats', 'SSO', 'CRM', 'Notes']);
    await expect(down).toBeFocused();
    await expect(card(page).getByRole('status')).toHaveText('Seats is field 3 of 6 now');
  });

  await test.step('a new account is asked for what is required', async () => {
    await open(page, `${migration}/accounts`);
    await page.getByRole('button', { name: 'Account', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an account' });
    await dialog.getByLabel('External id').fill('C-1');
    await dialog.getByLabel('Name', { exact: true }).fill('Halvorsen AS');
    await expect(dialog.getByLabel('Contract tier')).toHaveValue('Standard');
    await expect(dialog.getByLabel(/Seats/)).toBeHidden();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog.getByLabel('Notes')).toHaveAccessibleDescription(/This field needs a value/);
    await dialog.getByLabel('Notes').fill('Ask for Zoe');
    await dialog.getByText('Other fields').click();
    await dialog.getByLabel(/Seats/).fill('many');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog.getByLabel(/Seats/)).toHaveAccessibleDescription(/not a number/);
    await checkAccessibility(page);
    await dialog.getByLabel(/Seats/).fill('40');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(rowOf(page, 'C-1')).toBeVisible();
  });

  await test.step('its page shows them and changes them, for others at once', async () => {
    await open(page, `${migration}/accounts/1`);
    await live(page);
    const other = await openPage();
    await other.context().addCookies(await page.context().cookies());
    await open(other, `${migration}/accounts/1`);
    await live(other);
    const seats = page.getByRole('button', { name: /^40\s?, change Seats$/ });
    await seats.focus();
    await page.keyboard.press('Enter');
    const input = page.locator('#edit-custom');
    await expect(input).toBeFocused();
    await input.fill('lots');
    await page.keyboard.press('Enter');
    await expect(input).toHaveAccessibleDescription(/not a number/);
    await input.fill('1250.5');
    await page.keyboard.press('Enter');
    await expect(other.getByRole('button', { name: /^1250\.5\s?, change Seats$/ })).toBeVisible();
    await expect(page.getByRole('button', { name: /^1250\.5\s?, change Seats$/ })).toBeFocused();

    await page.getByRole('button', { name: /change Contract tier$/i }).click();
    await page.getByRole('menuitemradio', { name: 'Premium' }).click();
    await expect(other.getByRole('button', { name: /^Premium\s?, change Contract tier$/ })).toBeVisible();
    await page.getByRole('button', { name: /change SSO$/i }).click();
    await page.getByRole('menuitemradio', { name: 'yes' }).click();
    await expect(other.getByRole('button', { name: /^Yes\s?, change SSO$/ })).toBeVisible();
    await page.getByRole('button', { name: /change CRM$/i }).click();
    await page.locator('#edit-custom').fill('javascript:alert(1)');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.locator('#edit-custom')).toHaveAccessibleDescription(/not a link/);
    await page.locator('#edit-custom').fill('https://crm.example/1');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const link = other.getByRole('link', { name: /crm\.example\/1/ });
    await expect(link).toHaveAttribute('href', 'https://crm.example/1');
    await expect(link).toHaveAttribute('rel', /noopener/);
    await page.getByRole('button', { name: /change Kick-off call$/i }).click();
    await page.locator('#edit-custom').fill('2031-02-03');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(other.getByRole('button', { name: /^3 Feb 2031\s?, change Kick-off call$/ })).toBeVisible();

    const diff = other.locator('.entries .diff').filter({ hasText: 'Seats' }).first();
    await expect(diff).toContainText('40');
    await expect(diff).toContainText('1250.5');
    await checkAccessibility(page);
  });

  await test.step('a retired field is gone and its values stay', async () => {
    await open(page, `${migration}/settings`);
    await line(page, 'Seats').getByRole('button', { name: 'Retire Seats' }).click();
    const question = page.getByRole('dialog', { name: 'Retire Seats?' });
    await expect(question).toContainText('Its values stay');
    await question.getByRole('button', { name: 'Retire the field' }).click();
    await expect(card(page).getByText('1 retired field')).toBeVisible();
    expect(await names(page)).not.toContain('Seats');
    await open(page, `${migration}/accounts/1`);
    await expect(page.getByRole('button', { name: /change SSO$/i })).toBeVisible();
    await expect(page.getByRole('button', { name: /change Seats$/i })).toHaveCount(0);
    await expect(page.locator('.entries .diff').filter({ hasText: 'Seats' }).first()).toContainText('1250.5');
    await open(page, `${migration}/settings`);
    await card(page).getByText('1 retired field').click();
    await card(page).getByRole('button', { name: 'Bring back Seats' }).click();
    await expect.poll(() => names(page)).toContain('Seats');
    await open(page, `${migration}/accounts/1`);
    await expect(page.getByRole('button', { name: /^1250\.5\s?, change Seats$/ })).toBeVisible();
  });

  await test.step('the next migration begins with the same fields and cohorts', async () => {
    await open(page, `${migration}/cohorts`);
    for (const [index, name] of ['Pilot', 'Main'].entries()) {
      await page.getByRole('button', { name: 'Cohort', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'New cohort' });
      await dialog.getByLabel('Name', { exact: true }).fill(name);
      await dialog.getByRole('button', { name: 'Add the cohort' }).click();
      await expect(page.getByRole('heading', { name: `${index + 1} · ${name}` })).toBeVisible();
    }
    await open(page, `${migration}/settings`);
    await page.getByRole('button', { name: 'Save as template' }).click();
    const save = page.getByRole('dialog', { name: 'Save as template' });
    await save.getByLabel('Name').fill('Ledgers');
    await save.getByLabel(/^Description/).fill('For every ledger');
    await save.getByRole('button', { name: 'Save the template' }).click();
    await page.getByRole('link', { name: 'Start a migration from it' }).click();
    await page.waitForURL('**/new?template=*');
    await expect(page.getByLabel(/Start from a template/)).toHaveValue(/.+/);
    await expect(page.getByText('2 cohorts with their gates: Pilot, Main.')).toBeVisible();
    await expect(page.getByText(/^4 rules, switched off: Notice of the date, /)).toBeVisible();
    await expect(page.getByText(/^6 fields: Contract tier, Kick-off call, Seats/)).toBeVisible();
    await checkAccessibility(page);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ledger 10');
    await page.getByLabel('Deadline').fill('2032-01-31');
    await page.getByRole('button', { name: 'Create the migration' }).click();
    await page.waitForURL('**/m/ledger-10/accounts');
    await open(page, `${server.url}/m/ledger-10/settings`);
    expect(await names(page)).toEqual(['Contract tier', 'Kick-off call', 'Seats', 'SSO', 'CRM', 'Notes']);
    await expect(line(page, 'Contract tier')).toContainText('Options: Standard, Premium');
    await open(page, `${server.url}/m/ledger-10/cohorts`);
    await expect(page.getByRole('heading', { level: 2 })).toHaveText(['1 · Pilot', '2 · Main']);
  });

  await test.step('a template is renamed and deleted where it is chosen', async () => {
    await open(page, `${server.url}/new`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ledger 11');
    await page.getByLabel(/Start from a template/).selectOption('Ledgers');
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Ledger 11');
    await page.getByRole('button', { name: 'Rename the template' }).click();
    const rename = page.getByRole('dialog', { name: 'Rename the template' });
    await rename.getByLabel('Name').fill('Ledger moves');
    await rename.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByLabel(/Start from a template/).locator('option', { hasText: 'Ledger moves' })).toBeAttached();
    await page.getByRole('button', { name: 'Delete the template' }).click();
    await page.getByRole('dialog', { name: 'Delete the template Ledger moves?' }).getByRole('button', { name: 'Delete the template' }).click();
    await expect(page.getByText('There are no templates yet')).toBeVisible();
  });
});

test('everybody reads the fields, leads change them; on a phone nothing is too wide', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, `${demo.url}${DEMO}/settings`);
  await expect(line(page, 'Contract tier')).toContainText('Options: Standard, Premium, Enterprise');
  await expect(card(page).getByRole('button')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save as template' })).toHaveCount(0);
  await open(page, `${demo.url}${DEMO}/accounts/2`);
  await expect(page.getByRole('complementary').getByText('Contract tier', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /change Contract tier$/i })).toHaveCount(0);
});

test('settings and new migration with fields and templates fit a phone and read well', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [`${DEMO}/settings`, '/new', `${DEMO}/accounts/2`]) {
    await open(page, `${demo.url}${path}`);
    if (path === '/new') await page.getByLabel(/Start from a template/).selectOption('Platform move in waves');
    const { width, content } = await page.evaluate(() => ({
      width: document.documentElement.clientWidth,
      content: document.documentElement.scrollWidth,
    }));
    expect(content, path).toBeLessThanOrEqual(width);
    // What lies below the bar at the bottom of a phone is scrolled to; axe takes it for covered.
    if (path.endsWith('settings')) await checkAccessibility(page);
    await shoot(page, `fields-${path.split('/').pop()}`);
  }
});
