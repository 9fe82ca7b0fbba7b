/**
 * The server in a real editor: Monaco in headless Chromium. Types a wrong size, sees the squiggle, the hints and the hover,
 * takes a picture, and mends it with the quick fix, by keyboard. `npx tsx test/editor/monaco/screenshot.ts FILE.png`.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { launchChromium } from '../../support/chromium.ts';
import { root } from '../../support/root.ts';
import { Editor, uriOf } from '../client.ts';

const main = uriOf('models/fashion_cnn.net');
const here = `${root}test/editor/monaco/`;
const picture = process.argv[2] ?? `${root}compiler/editor/screenshot.png`;
const legend = {
  tokenTypes: ['class', 'function', 'parameter', 'typeParameter', 'variable', 'property', 'struct', 'enumMember'],
  tokenModifiers: ['declaration', 'readonly', 'defaultLibrary'],
};

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const site = createServer(({ url = '/' }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  const file = pathname === '/' ? `${here}page.html` : `${here}node_modules/monaco-editor/min${pathname}`;
  try {
    const content = readFileSync(file);
    response.setHeader('Content-Type', types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
    response.writeHead(200).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
const address = site.address();
const port = typeof address === 'object' ? address?.port : undefined;

const server = await Editor.start();
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 980, height: 500 }, deviceScaleFactor: 1 });
page.on('pageerror', ({ message }) => console.log(`the page: ${message}`));
await page.exposeFunction('ask', (method: string, parameters: unknown) =>
  server.connection.sendRequest(method, parameters),
);
await page.exposeFunction('tell', (method: string, parameters: unknown) =>
  server.connection.sendNotification(method, parameters),
);
server.connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
  if (uri === main) void page.evaluate((all) => Reflect.get(window, 'published')(all), diagnostics);
});
const source = readFileSync(`${root}models/fashion_cnn.net`, 'utf8').replace(/^(\/\/(?!\/).*\n)+\n/, '');
await page.goto(`http://127.0.0.1:${port}/`);
await page.evaluate(({ uri, text, tokens }) => Reflect.get(window, 'openFile')(uri, text, tokens), {
  uri: main,
  text: source,
  tokens: legend,
});

const markers = (count: number): Promise<unknown> =>
  page.waitForFunction((wanted) => Reflect.get(window, 'markers')() === wanted, count);
const line = source.split('\n').findIndex((each) => each.includes('1152 -> 64')) + 1;
const column = (source.split('\n')[line - 1]?.indexOf('1152') ?? 0) + 1;
const goTo = (at: number): Promise<void> =>
  page.evaluate(
    ([lineNumber, to]) => {
      const view = Reflect.get(window, 'view');
      view.setPosition({ lineNumber, column: to });
      view.focus();
    },
    [line, at] as const,
  );

await goTo(column + 4);
for (let i = 0; i < 4; i++) await page.keyboard.press('Backspace');
await page.keyboard.type('1024', { delay: 60 });
await markers(1);
await page.waitForTimeout(1500);
await goTo(column + 2);
await page.evaluate(() => Reflect.get(window, 'view').trigger('test', 'editor.action.showHover', {}));
await page.waitForTimeout(2500);
await page.screenshot({ path: picture });
console.log(`${picture}: the error is shown`);

await page.keyboard.press('Escape');
await goTo(column + 2);
await page.keyboard.press('Control+.');
await page.waitForSelector('.action-widget');
await page.waitForTimeout(500);
await page.keyboard.press('Enter');
await markers(0);
const text = await page.evaluate(() => Reflect.get(window, 'view').getValue());
console.log(text === source ? 'mended by its fix' : 'the fix made something else');
await browser.close();
await server.stop();
site.close();
console.log(server.complaints.join('\n'));
