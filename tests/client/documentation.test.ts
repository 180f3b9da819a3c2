import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import ts from 'typescript'
import { expect, test } from 'vitest'
import * as sdk from '../../client/node.ts'
import { defaults } from '../../client/options.ts'
import type { ErrorCode } from '../../src/protocol/error-codes.ts'
import { useChat } from '../support/use-chat.ts'
import { png } from '../support/upload-form.ts'

const page = readFileSync(new URL('../../docs/client.md', import.meta.url), 'utf8')

/** The page's blocks, joined. */
const program = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block!).join('\n')

const given = `
declare const url: string, tokenUrl: string, file: File
declare const sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
`

/** The lines between `@example` and the next tag or the comment's end. */
const EXAMPLE = /@example\n((?: *\*(?!\/)(?! @).*\n)+)/g

const exampleGiven = `
import { ChatClient, ChatError, excessBytes, protocolLimits } from 'tabletalk/client'
import type { MessageEvent, Room, RoomSnapshot, UnsentMessage } from 'tabletalk/client'
declare const client: ChatClient, room: Room, message: MessageEvent, file: File, getToken: () => string
declare const localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
declare const sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
declare const input: { maxLength: number; addEventListener(name: string, listener: () => void): void }
`

const chat = await useChat()

/** Compiles a module as if it were beside this one. Returns the compiler's complaints. */
function compile(source: string): string[] {
  const name = fileURLToPath(new URL('./documentation.blocks.ts', import.meta.url))
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.')
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (path, languageVersion) =>
    path === name
      ? ts.createSourceFile(path, source.replaceAll('tabletalk/client', '../../client/index.ts'), languageVersion)
      : read(path, languageVersion)
  const compiled = ts.createProgram([name], options, host)
  return ts.getPreEmitDiagnostics(compiled).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('the blocks of docs/client.md compile', () => {
  expect(compile(given + program)).toEqual([])
})

test('the examples in the comments of the SDK compile', () => {
  const client = new URL('../../client/', import.meta.url)
  const examples = readdirSync(client)
    .filter((file) => file.endsWith('.ts') && file !== 'pages.ts')
    .flatMap((file) => [...readFileSync(new URL(file, client), 'utf8').matchAll(EXAMPLE)])
    .map(([, lines]) => `async () => {\n${lines!.replaceAll(/^ *\* ?/gm, '')}\n}`)
  expect(examples.length).toBeGreaterThanOrEqual(10)
  expect(compile(`${exampleGiven}\nexport const examples = [\n${examples.join(',\n')}\n]`)).toEqual([])
})

test('the blocks of docs/client.md run, and do what they say', async () => {
  const logged: string[] = []
  const console = {
    log: (...words: unknown[]) =>
      logged.push(
        words
          .map((word) => String(word))
          .join(' ')
          .trim(),
      ),
  }
  const body = program
    .replace(/^import type .*$/m, '')
    .replace(/^import (.*) from 'tabletalk\/client'$/m, 'const $1 = sdk')
  const { code } = transformSync(`async function run() {${body}}`, { loader: 'ts' })
  const parameters = ['sdk', 'console', 'url', 'tokenUrl', 'file', 'sessionStorage']
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page's own code
  const run = new Function(...parameters, `${code}; return run()`) as (...values: unknown[]) => Promise<void>
  const file = new File([png], 'view.png', { type: 'image/png' })
  const sessionStorage = { getItem: () => null, setItem: () => {} }
  await run(sdk, console, chat.wsUrl, `${chat.url}/dev/token`, file, sessionStorage)

  for (const line of [
    ...[
      'status connecting',
      'status connected',
      'history 0 false ada,bob',
      'sending',
      'unsent 0',
      'sent 1',
      '1 ada hello',
    ],
    ...[
      'sent 1',
      'now hello, everybody 0',
      'gone 0000000000000004',
      'shown hello, everybody,the view from here',
      'cached 0',
      'Ada Lovelace is ada',
      'view.png the view from here',
      'direct ada just between us',
      'true',
      'one more',
      'status disconnected',
    ],
  ]) {
    expect(logged).toContain(line)
  }
})

test('the defaults in docs/client.md are those of the code', () => {
  const rows = page.matchAll(/^\| `([\w.]+)` +\| +([\d,]+) \| (?:ms|messages) /gm)
  const documented = Object.fromEntries(
    [...rows].map(([, name, value]) => [name!, Number(value!.replaceAll(',', ''))] as const),
  )
  const { backoff, ...others } = defaults
  expect(documented).toEqual({ ...others, 'backoff.minMs': backoff.minMs, 'backoff.maxMs': backoff.maxMs })
})

test('the client’s own error codes are those of docs/client.md', () => {
  const own: Record<Exclude<sdk.ChatErrorCode, ErrorCode>, true> = {
    disconnected: true,
    no_token: true,
    timeout: true,
    gateway: true,
    outbox_full: true,
    upload_failed: true,
  }
  const documented = [...page.split('## Errors')[1]!.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)
  expect(documented.sort()).toEqual(Object.keys(own).sort())
})
