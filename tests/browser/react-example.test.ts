import { createServer } from 'node:http'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { listen, originOf } from '../../local/http.ts'
import { useChat } from '../support/use-chat.ts'
import { launchBrowser } from './support/browser.ts'
import { eventually } from './support/eventually.ts'

const chat = await useChat()

/** Builds the example as its users' build tool does. */
async function givenPage(): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: ['examples/react/main.tsx'], bundle: true, write: false, format: 'esm', jsx: 'automatic' },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const server = createServer((req, res) => {
    const isScript = req.url?.startsWith('/main.js')
    res.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    res.end(isScript ? outputFiles[0]!.text : '<div id="root"></div><script type="module" src="/main.js"></script>')
  })
  const port = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => void server.close())
  return originOf('localhost', port)
}

test('two people meet in the example’s room, see each other typing, and hear each other', async () => {
  const [page, browser] = [await givenPage(), await launchBrowser()]
  onTestFinished(() => browser.close())
  const [ada, bob] = await Promise.all(
    ['ada', 'bob'].map(async (userId) => {
      const tab = await browser.newPage()
      await tab.goto(`${page}/?user=${userId}&server=127.0.0.1:${chat.port}`)
      await tab.getByLabel('Message').waitFor()
      return tab
    }),
  )
  await ada!.getByLabel('Message').fill('hello bob')
  await eventually(() => bob!.getByText('ada …').count()).toBe(1)
  await ada!.getByRole('button', { name: 'Send' }).click()
  await eventually(() => bob!.getByText('hello bob').count()).toBe(1)
  await bob!.getByLabel('Message').fill('hello ada')
  await bob!.keyboard.press('Enter')
  await eventually(() => ada!.locator('main p').allInnerTexts()).toEqual(
    expect.arrayContaining(['ada hello bob', 'bob hello ada']),
  )
  expect(await ada!.getByRole('status').innerText()).toBe('connected')
  expect(await ada!.getByRole('listitem').allInnerTexts()).toEqual(['Lobby'])
})
