import type { Page } from '@playwright/test';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, firstMigration, open } from '../steps';

const rule = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

test('a rule shows its reach before it is switched on', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/notifications/rules`);
  const notice = rule(page, 'Notice of the date');
  await expect(notice).toContainText('14 days before the date, to the main contact, by e-mail, 9–17 h in their zone, Mon–Fri');
  const toggle = notice.getByRole('switch', { name: 'Notice of the date' });
  await expect(toggle).toHaveAttribute('aria-checked', 'false');
  await checkAccessibility(page);
  await shoot(page, 'rules');

  await toggle.click();
  const question = page.getByRole('dialog', { name: 'Switch on Notice of the date?' });
  await expect(question).toContainText('At once');
  await expect(question).toContainText('In the next 30 days');
  await checkAccessibility(page);
  await shoot(page, 'rule-reach');
  await question.getByRole('button', { name: 'Leave it off' }).click();
  await expect(question).toBeHidden();
  await expect(toggle).toHaveAttribute('aria-checked', 'false');

  await toggle.click();
  const typed = question.getByLabel(/^Type/);
  await expect(question.getByRole('button', { name: 'Switch it on' })).toBeVisible();
  if (await typed.isVisible()) {
    const label = await question.locator('label[for="reach-typed"]').innerText();
    await typed.fill(label.replace(/\D/g, ''));
  }
  await question.getByRole('button', { name: 'Switch it on' }).click();
  await expect(question).toBeHidden();
  await expect(notice.getByRole('switch')).toHaveAttribute('aria-checked', 'true');

  const watching = await openPage();
  await signIn(watching, 'viewer');
  await open(watching, `${demo.url}${DEMO}/notifications/rules`);
  await expect(rule(watching, 'Notice of the date')).toContainText('is on');
  await expect(watching.getByRole('switch')).toHaveCount(0);
});

test('a new rule is checked where it is entered', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/notifications/rules`);
  await page.getByRole('button', { name: 'Rule', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'New rule' });
  await form.getByRole('textbox', { name: 'Days', exact: true }).fill('1');
  await form.getByLabel('Fewest days before the date').fill('5');
  await form.getByLabel('From').fill('17:00');
  await form.getByLabel('To, in their zone').fill('09:00');
  await form.getByRole('button', { name: 'Add the rule' }).click();
  await expect(form).toContainText('Give the rule a name.');
  await expect(form).toContainText('it would never be sent');
  await expect(form).toContainText('The hours must end after they begin.');
  await checkAccessibility(page);
  await shoot(page, 'rule-form');
  await form.getByLabel('Name').fill('Last reminder');
  await form.getByLabel('Fewest days before the date').fill('1');
  await form.getByLabel('From').fill('09:00');
  await form.getByLabel('To, in their zone').fill('17:00');
  await form.getByRole('button', { name: 'Add the rule' }).click();
  await expect(form).toBeHidden();
  await expect(rule(page, 'Last reminder')).toContainText('1 day before the date');
});

test('a migration without rules offers the usual ones, switched off', async ({ server, page }) => {
  const migration = await firstMigration(page, server, 'Ledger 9');
  await open(page, `${migration}/notifications/rules`);
  for (const name of ['Notice of the date', 'Confirmation', 'Ticket after the migration', 'Nobody notified']) {
    await rule(page, name).getByRole('button', { name: `Remove ${name}` }).click();
    await rule(page, name).getByRole('button', { name: `Really remove ${name}` }).click();
    await expect(rule(page, name)).toHaveCount(0);
  }
  await expect(page.getByText('No rules yet')).toBeVisible();
  await checkAccessibility(page);
  await page.getByRole('button', { name: 'Add the usual rules' }).click();
  await expect(rule(page, 'Nobody notified')).toBeVisible();
  for (const toggle of await page.getByRole('switch').all()) await expect(toggle).toHaveAttribute('aria-checked', 'false');
});

test('rules fit on a phone', async ({ demo, page, signIn }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/notifications/rules`);
  await expect(rule(page, 'Confirmation')).toBeVisible();
  const { width, content } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    content: document.documentElement.scrollWidth,
  }));
  expect(content).toBeLessThanOrEqual(width);
  await shoot(page, 'rules-phone');
});
