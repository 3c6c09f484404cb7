import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, live, open } from '../steps';

test.use({ viewport: { width: 390, height: 844 } });

test('a lead halts a cohort from the phone, with a reason, and resumes it', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/cohorts`);
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '3 · Main EU' }) });
  await expect(card).toContainText('Running');
  const watching = await openPage();
  await signIn(watching, 'viewer');
  await open(watching, `${demo.url}${DEMO}/cohorts`);
  await live(watching);
  const watched = watching.getByRole('listitem').filter({ has: watching.getByRole('heading', { name: '3 · Main EU' }) });
  await expect(watched.getByRole('button')).toHaveCount(0);

  await card.getByRole('button', { name: 'Halt Main EU' }).click();
  const question = page.getByRole('dialog', { name: 'Halt 3 · Main EU?' });
  await expect(question).toContainText('no account of this cohort can start');
  await checkAccessibility(page);
  await question.getByLabel('Reason').fill('Error rate doubled');
  await question.getByRole('button', { name: 'Halt now' }).click();
  await expect(question).toBeHidden();
  await expect(card).toContainText('Halted');
  await expect(watched).toContainText('Halted');

  await card.getByRole('button', { name: 'Resume Main EU' }).click();
  const resume = page.getByRole('dialog', { name: 'Resume 3 · Main EU?' });
  await resume.getByLabel('Reason').fill('Mended');
  await resume.getByRole('button', { name: 'Resume the cohort' }).click();
  await expect(card).toContainText('Running');
  await expect(watched).toContainText('Running');
});

test('no page of a migration is wider than the phone', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  for (const place of ['accounts', 'accounts/1', 'cohorts', 'imports', 'settings']) {
    await open(page, `${demo.url}${DEMO}/${place}`);
    const { width, content } = await page.evaluate(() => ({
      width: document.documentElement.clientWidth,
      content: document.documentElement.scrollWidth,
    }));
    expect(content, place).toBeLessThanOrEqual(width);
  }
});
