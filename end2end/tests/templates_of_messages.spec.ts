import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { firstMigration, open } from '../steps';

const field = (page: Page, name: 'Subject' | 'Text' | 'HTML') => page.getByLabel(name === 'HTML' ? /^HTML \(optional\)$/ : name, { exact: name !== 'HTML' });
const options = (page: Page) => page.getByRole('listbox', { name: 'Variables' }).getByRole('option');
const preview = (page: Page) => page.getByRole('region', { name: 'Preview' });
const letter = (page: Page) => preview(page).frameLocator('iframe');

async function notice(page: Page, migration: string): Promise<void> {
  await open(page, `${migration}/notifications/templates`);
  await page.getByRole('link', { name: 'Notice of the date' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Notice of the date' })).toBeVisible();
}

async function addAccount(page: Page, migration: string, id: string, name: string, email: string): Promise<void> {
  await open(page, `${migration}/accounts`);
  await page.getByRole('button', { name: 'Account', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add an account' });
  await dialog.getByLabel('External id').fill(id);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel(/^E-mail of the contact/).fill(email);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
}

test('a template is written with completion, shows what is wrong, and is kept in versions', async ({ server, page, browserConsole }) => {
  test.slow();
  browserConsole.allow(/status of 4(09|13|22)/);
  const migration = await firstMigration(page, server, 'Ledger 9');

  await test.step('the default templates are there', async () => {
    await open(page, `${migration}/notifications/templates`);
    await expect(page.getByRole('row')).toHaveCount(14);
    await expect(page.getByRole('row').filter({ hasText: 'Notice of the date' }).first()).toContainText('English, German');
    await checkAccessibility(page, { frames: false });
    await shoot(page, 'message-templates');
  });

  await notice(page, migration);

  await test.step('a variable is completed by keyboard alone', async () => {
    const subject = field(page, 'Subject');
    await subject.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Moving {{ cust');
    await expect(options(page).first()).toContainText('customer.name');
    await expect(options(page).nth(1)).toContainText('customer.id');
    await expect(options(page).first()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowDown');
    await expect(options(page).nth(1)).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await expect(subject).toHaveValue('Moving {{ customer.name }}');
    await expect(subject).toBeFocused();
    await expect(options(page)).toHaveCount(0);
    await page.keyboard.type(' {{');
    await expect(options(page).first()).toBeVisible();
    await shoot(page, 'message-template-completion');
    await page.keyboard.press('Escape');
    await expect(options(page)).toHaveCount(0);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect(subject).toHaveValue('Moving {{ customer.name }} ');
  });

  await test.step('the list beside puts a variable where the caret is', async () => {
    await field(page, 'Subject').press('End');
    await page.getByRole('button', { name: 'Insert account.date', exact: true }).click();
    await expect(field(page, 'Subject')).toHaveValue('Moving {{ customer.name }} {{ account.date }}');
    await expect(field(page, 'Subject')).toBeFocused();
  });

  await test.step('what is wrong stands at its field, with its place', async () => {
    const text = field(page, 'Text');
    const good = await text.inputValue();
    for (const [words, problem] of [
      ['Hello\n{{ customer.nmae }}', 'Line 2, column 4: there is no variable customer.nmae. Do you mean customer.name?'],
      ['{% if contact.name %}Hello', 'Line 1, column'],
      ['Hello {{ contact.name }}', 'not every message knows contact.name'],
      ['Ask {{ owner.email }}', 'owner.email is for colleagues only'],
      ['', 'Write the text'],
      ['x'.repeat(2_000_000), 'This is 2000 kB long; a message has at most 100 kB.'],
    ] as const) {
      await text.fill(words);
      await expect(page.locator('#template-text-error')).toContainText(problem);
      await expect(text).toHaveAttribute('aria-invalid', 'true');
    }
    await page.getByRole('button', { name: 'Save a new version' }).click();
    await expect(page.getByText(/Not saved yet\. English, text: This is 2000 kB/)).toBeVisible();
    // A line break does not get into a field of one line.
    await page.evaluate(() => {
      const subject = document.querySelector<HTMLInputElement>('#template-subject')!;
      subject.focus();
      subject.select();
      document.execCommand('insertText', false, 'one\r\nBcc: everybody@evil.example');
    });
    expect(await field(page, 'Subject').inputValue()).not.toContain('\n');
    await field(page, 'Subject').fill('Moving {{ customer.name }} on {{ account.date }}');
    await text.fill(good);
    await expect(page.locator('#template-text-error')).toHaveCount(0);
    await expect(preview(page).getByText('Moving Northwind Trading on Wednesday 27 May 2026')).toBeVisible();
  });

  await test.step('what is not saved survives leaving the page', async () => {
    await expect(page.getByText('Not saved; kept in this browser.')).toBeVisible();
    page.once('dialog', (dialog) => dialog.accept());
    await notice(page, migration);
    await expect(page.getByText('What you had not saved when you left is here again.')).toBeVisible();
    await expect(field(page, 'Subject')).toHaveValue('Moving {{ customer.name }} on {{ account.date }}');
  });

  await test.step('saving makes a version; an earlier one is compared and comes back', async () => {
    await page.getByRole('button', { name: 'Save a new version' }).click();
    await expect(page.getByText('Saved as version 1.')).toBeVisible();
    const versions = page.getByRole('region', { name: 'Versions' });
    await expect(versions.getByRole('listitem')).toHaveCount(2);
    await versions.getByRole('button', { name: /^Compare The first words/ }).click();
    await expect(versions.locator('.removed')).toContainText('we move your account on');
    await expect(versions.locator('.added')).toContainText('Moving {{ customer.name }} on');
    await checkAccessibility(page, { frames: false });
    await shoot(page, 'message-template-versions');
    await versions.getByRole('button', { name: 'Restore The first words' }).click();
    await expect(versions.getByRole('listitem')).toHaveCount(3);
    await versions.getByRole('button', { name: /^Compare Version 1/ }).click();
    await expect(versions.locator('.removed')).toContainText('Moving {{ customer.name }} on');
    await versions.getByLabel('What to compare version 1 with').selectOption('Version 2');
    await expect(versions.locator('.added')).toContainText('we move your account on');
    await versions.getByRole('button', { name: /^Compare Version 2/ }).click();
    await versions.getByLabel('What to compare version 2 with').selectOption('The first words');
    await expect(versions.getByText('The same words.')).toBeVisible();
    await expect(field(page, 'Subject')).toHaveValue(/we move your account on/);
  });
});

test('a template speaks several languages and is previewed with any account', async ({ server, page, browserConsole }) => {
  test.slow();
  browserConsole.allow(/status of 4(09|22)/);
  // What the frame refuses to run, Chromium says in the console.
  browserConsole.allow(/Blocked script execution|Content Security Policy/);
  const migration = await firstMigration(page, server, 'Ledger 9');
  await addAccount(page, migration, 'C-7', '{{ 7 * 7 }} <b>Ltd</b>', 'it@seven.example');
  await notice(page, migration);

  await test.step('each language has its tab, moved through by keyboard', async () => {
    const tabs = page.getByRole('tab');
    await expect(tabs).toHaveText([/German/, /English \(fallback\)/]);
    await page.getByRole('tab', { name: /English/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('tab', { name: /German/ })).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('tab', { name: /German/ })).toBeFocused();
    await expect(field(page, 'Subject')).toHaveValue(/Ihr Konto zieht/);
    await page.getByLabel('Another language').fill('fr');
    await page.getByRole('button', { name: 'Add the language' }).click();
    await expect(page.getByRole('tab', { name: 'French' })).toHaveAttribute('aria-selected', 'true');
    await field(page, 'Subject').fill('Le {{ account.date }}');
    await expect(preview(page).getByText('Le mercredi 27 mai 2026')).toBeVisible();
  });

  await test.step('a customer whose name looks like a template is only a name', async () => {
    await page.getByRole('tab', { name: /English/ }).click();
    await preview(page).getByLabel('For the account').fill('C-7');
    await preview(page).getByRole('button', { name: /C-7/ }).click();
    await expect(preview(page)).toContainText('Read by: it@seven.example');
    await expect(preview(page)).toContainText('Made up, because this account has none yet: account.date.');
    await expect(letter(page).getByText('{{ 7 * 7 }} <b>Ltd</b>')).toBeVisible();
  });

  await test.step('the message is shown as HTML that runs nothing, by day and by night, and as text', async () => {
    await preview(page).getByRole('button', { name: 'Make it up again' }).click();
    await expect(letter(page).getByText('Wednesday 27 May 2026').first()).toBeVisible();
    const background = () => letter(page).locator('.m-body').evaluate((body) => getComputedStyle(body).backgroundColor);
    await expect.poll(background).toBe('rgb(255, 255, 255)');
    await preview(page).getByRole('button', { name: 'Dark' }).click();
    await expect.poll(background).toBe('rgb(23, 28, 27)');
    await shoot(page, 'message-template');
    await field(page, 'HTML').fill('<p id="own">{{ customer.name }}</p><script>document.title = "owned"</script>');
    await expect(letter(page).locator('#own')).toHaveText('Northwind Trading');
    await expect(page).not.toHaveTitle(/owned/);
    await preview(page).getByRole('button', { name: 'Text' }).click();
    await expect(preview(page).locator('pre')).toContainText('we move the account of Northwind Trading on this day');
  });

  await test.step('a test goes to whoever asks for it', async () => {
    await preview(page).getByRole('button', { name: 'Send a test to myself' }).click();
    await expect(preview(page).getByText('On its way to admin@landbridge.local.')).toBeVisible();
  });
});

test('two people who save the same template see both', async ({ demo, page, openPage, signIn, browserConsole }) => {
  browserConsole.allow(/status of 4(09|22)/);
  const migration = '/m/ledger-3-billing';
  const other = await openPage();
  await signIn(page, 'lead');
  await signIn(other, 'admin');
  const address = `${demo.url}${migration}/notifications/templates/2`;
  await open(page, address);
  await open(other, address);
  await field(other, 'Subject').fill('Theirs on {{ account.date }}');
  await other.getByRole('button', { name: 'Save a new version' }).click();
  await expect(other.getByText(/Saved as version \d+\./)).toBeVisible();
  await field(page, 'Subject').fill('Mine on {{ account.date }}');
  await page.getByRole('button', { name: 'Save a new version' }).click();
  const conflict = page.locator('.template-conflict');
  await expect(conflict).toContainText(/saved version \d+ meanwhile\. Nothing of yours was saved yet\./);
  await expect(conflict.locator('.removed')).toContainText('Theirs on');
  await expect(conflict.locator('.added')).toContainText('Mine on');
  await shoot(page, 'message-template-conflict');
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await expect(page.getByText(/Saved as version \d+\./)).toBeVisible();

  const reader = await openPage();
  await signIn(reader, 'viewer');
  await open(reader, address);
  await expect(field(reader, 'Subject')).toHaveValue('Mine on {{ account.date }}');
  await expect(field(reader, 'Subject')).toHaveAttribute('readonly');
  await expect(reader.getByRole('button', { name: 'Save a new version' })).toHaveCount(0);
});
