import { expect, test } from '../fixtures';

test('the server says that it is well', async ({ server, request }) => {
  const response = await request.get(`${server.url}/healthz`);
  expect(response.status()).toBe(200);
});

test('who is not signed in is asked to', async ({ server, page }) => {
  await page.goto(`${server.url}/`);
  await expect(page).toHaveURL(`${server.url}/sign-in`);
});
