import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { listen, originOf } from '../../local/http.ts'
import { buildClient } from '../../scripts/build-client/main.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { useChat } from '../support/use-chat.ts'
import { launchBrowser } from './support/browser.ts'
import { eventually } from './support/eventually.ts'

const chat = await useChat()

test('a page without a build is a chat of two', async () => {
  const folder = temporaryFolder()
  await buildClient(folder)
  const page = await readFile(new URL('../../examples/html/index.html', import.meta.url), 'utf8')
  const sdk = await readFile(join(folder, 'index.js'), 'utf8')
  const server = createServer((req, res) => {
    const isScript = req.url === '/tabletalk.js'
    res.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(isScript ? sdk : page)
  })
  const origin = originOf('localhost', await listen(server, 0, '127.0.0.1'))
  onTestFinished(() => void server.close())
  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  const [ada, bob] = [await browser.newPage(), await browser.newPage()]
  for (const [tab, user] of [
    [ada, 'ada'],
    [bob, 'bob'],
  ] as const) {
    await tab.goto(`${origin}/?user=${user}&server=127.0.0.1:${chat.port}`)
    await tab.getByRole('textbox', { name: 'Message' }).waitFor()
  }
  const log = (tab: typeof ada) => tab.getByRole('log').locator('p').allInnerTexts()
  const say = async (tab: typeof ada, text: string) => {
    await tab.getByRole('textbox', { name: 'Message' }).fill(text)
    await tab.getByRole('button', { name: 'Send' }).click()
  }
  await say(ada, 'hello <b>bob</b>')
  await eventually(() => log(bob)).toEqual(['ada: hello <b>bob</b>'])
  await say(bob, 'hello ada')
  await eventually(() => log(ada)).toEqual(['ada: hello <b>bob</b>', 'bob: hello ada'])
  await eventually(() => log(bob)).toEqual(['ada: hello <b>bob</b>', 'bob: hello ada'])
})
