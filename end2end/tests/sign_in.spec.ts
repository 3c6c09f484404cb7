import { expect, test } from '../fixtures';
import { DEMO, fillSignIn, open, rows } from '../steps';

test('a wrong password is told, and the address stays', async ({ demo, page, browserConsole }) => {
  browserConsole.allow(/status of 422/);
  await open(page, `${demo.url}/sign-in`);
  await fillSignIn(page, 'viewer@demo.example', 'not the password');
  await expect(page.getByText('This address and password do not fit together.')).toBeVisible();
  await expect(page.getByLabel(/^e-mail/i)).toHaveValue('viewer@demo.example');
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
});

test('signing in leads to the page that was asked for', async ({ demo, page }) => {
  const view = `${demo.url}${DEMO}/accounts?status=blocked`;
  await page.goto(view);
  await page.waitForURL('**/sign-in?next=*');
  const { email, password } = await demo.demoSignIn('viewer');
  await fillSignIn(page, email, password);
  await expect(page).toHaveURL(view);
  await expect(rows(page).first()).toContainText('Blocked');
});

test('without script one can sign in and read', async ({ demo, openPage }) => {
  const page = await openPage({ javaScriptEnabled: false });
  const { email, password } = await demo.demoSignIn('viewer');
  await page.goto(`${demo.url}/sign-in?next=${DEMO}/accounts`);
  await fillSignIn(page, email, 'not the password');
  await expect(page.getByText('This address and password do not fit together.')).toBeVisible();
  await fillSignIn(page, email, password);
  await expect(page).toHaveURL(`${demo.url}${DEMO}/accounts`);
  await expect(rows(page).first().getByRole('rowheader')).not.toBeEmpty();
  await rows(page).first().getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
});

test('everybody is offered what their role may do', async ({ demo, openPage, signIn }) => {
  const offers = {
    viewer: { import: false, account: false, audit: false },
    operator: { import: false, account: true, audit: false },
    lead: { import: true, account: true, audit: false },
    admin: { import: true, account: true, audit: true },
  } as const;
  for (const [role, offered] of Object.entries(offers)) {
    const page = await openPage();
    await signIn(page, role as keyof typeof offers);
    await page.goto(`${demo.url}${DEMO}/accounts`);
    await expect(page.getByRole('main').getByRole('link', { name: 'Import', exact: true })).toHaveCount(offered.import ? 1 : 0);
    await expect(page.getByRole('button', { name: 'Account', exact: true })).toHaveCount(offered.account ? 1 : 0);
    await expect(page.getByRole('link', { name: 'Audit', exact: true })).toHaveCount(offered.audit ? 1 : 0);
  }
});
