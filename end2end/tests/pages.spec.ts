import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, acceptLink, awake, live, open } from '../steps';

/** Every page that an admin can reach, and what has to be there before it is looked at. */
const PAGES = {
  home: ['/', 'Migrations'],
  'new-migration': ['/new', 'New migration'],
  accounts: [`${DEMO}/accounts`, 'Accounts · Ledger 3 billing'],
  'accounts-filtered': [`${DEMO}/accounts?status=blocked&cohort=3,2&q=retail&sort=-date`, 'Accounts · Ledger 3 billing'],
  'accounts-none': [`${DEMO}/accounts?q=nothing+like+this`, 'No account matches'],
  cohorts: [`${DEMO}/cohorts`, 'Cohorts'],
  imports: [`${DEMO}/imports`, 'Imports'],
  settings: [`${DEMO}/settings`, 'Settings'],
  directory: ['/customers', 'Customers'],
  users: ['/users', 'Users'],
  audit: ['/audit', 'Audit log'],
  erasure: ['/erasure?q=halvorsen', "Erase a person's data"],
} as const;

for (const [name, [path, heading]] of Object.entries(PAGES)) {
  test(`${name} is accessible, quiet in the console, light and dark`, async ({ demo, page, signIn }) => {
    await signIn(page, 'admin');
    await open(page, `${demo.url}${path}`);
    await expect(page.getByRole('heading', { name: heading, exact: true })).toBeAttached();
    if (path.startsWith(DEMO)) await live(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await checkAccessibility(page);
    }
    await shoot(page, name);
  });
}

test('an account is accessible, quiet in the console, light and dark', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/accounts?status=blocked`);
  await page.getByRole('rowheader').getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await live(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }
  await shoot(page, 'account');
});

test('an import is accessible, quiet in the console, light and dark', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/imports`);
  const lines = ['id;name;e-mail;status;date;wave', 'Z-1;Zenith Oy;it@zenith.example;planned;03/04/2031;Pilot'];
  for (let row = 2; row < 60; row += 1) lines.push(`Z-${row};Zenith ${row};${row % 9 ? `it${row}@zenith.example` : 'nobody'};todo;;Pilot`);
  await page.getByLabel(/^File/).setInputFiles({ name: 'zenith.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL('**/imports/*');
  await checkAccessibility(page);
  await shoot(page, 'import-columns');
  await page.getByLabel(/^Day first/).check();
  await page.getByRole('button', { name: 'Run the dry run' }).click();
  await expect(page.getByRole('heading', { name: 'What the import would do' })).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }
  await shoot(page, 'import-dry-run');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('discarded before anything was written')).toBeVisible();
});

test('the doors are accessible and quiet in the console', async ({ server, page, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  for (const [name, address] of [
    ['sign-in', `${server.url}/sign-in`],
    ['welcome', await server.firstLink()],
    ['not-found', `${server.url}/nothing/here`],
  ] as const) {
    await open(page, address);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await checkAccessibility(page);
    }
    await shoot(page, name);
  }
  await acceptLink(page, await server.firstLink(), 'seven wet herons');
  await awake(page);
  await expect(page.getByRole('heading', { name: 'Start your first migration' })).toBeVisible();
  await checkAccessibility(page);
  await shoot(page, 'first-start');
});

test('moving between pages stays in the app', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}/`);
  await page.evaluate(() => document.documentElement.setAttribute('data-same-document', ''));
  await page.getByRole('link', { name: 'Ledger 3 billing' }).click();
  await live(page);
  for (const tab of ['Cohorts', 'Imports', 'Settings', 'Accounts']) {
    await page.getByRole('navigation', { name: 'This migration' }).getByRole('link', { name: tab }).click();
    await expect(page).toHaveTitle(`${tab} · Ledger 3 billing · Landbridge`);
  }
  for (const place of ['Customers', 'Users', 'Audit', 'Erasure', 'Migrations']) {
    await page.getByRole('navigation', { name: 'Landbridge' }).getByRole('link', { name: place, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  await expect(page.locator('html[data-same-document]')).toBeAttached();
});
