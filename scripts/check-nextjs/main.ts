/**
 * `npm run check:nextjs`: checks that the package works in a Next.js application. Builds `examples/nextjs` with the
 * SDK's package as npm would install it, starts it beside the chat, and checks what it renders and which token it gets.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildClient } from '../build-client/main.ts'
import { RawClient } from '../shared/raw-client.ts'
import { running, runningChat } from '../shared/running.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'tabletalk-nextjs-'))
const [app, sdk] = [join(folder, 'app'), join(folder, 'sdk')]
const next = join(app, 'node_modules/next/dist/bin/next')
const quiet = { NEXT_TELEMETRY_DISABLED: '1' }

try {
  await buildClient(sdk)
  const isOurs = (path: string) => !/[\\/](?:node_modules|\.next)(?:[\\/]|$)/.test(path.slice(root.length))
  await cp(join(root, 'examples/nextjs'), app, { recursive: true, filter: isOurs })
  const manifest = join(app, 'package.json')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('file:../../dist/client', 'file:../sdk'))
  await run('npm', ['install', '--no-audit', '--no-fund', '--install-links'], process.platform === 'win32')
  await run(process.execPath, [next, 'build'])

  const chat = await runningChat()
  try {
    const socket = `${chat.url.replace('http', 'ws')}/local`
    const env = { ...quiet, CHAT_URL: socket, TOKEN_URL: `${chat.url}/dev/token` }
    const page = await running((port) => [next, 'start', '--port', port], '/', { cwd: app, env })
    try {
      await look(page.url, socket)
    } finally {
      await page.stop()
    }
  } finally {
    await chat.stop()
  }
  console.log('the package works in Next.js')
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Checks what is rendered before the browser connects, and that the chat accepts the token. */
async function look(url: string, socket: string): Promise<void> {
  const html = await (await fetch(url)).text()
  if (!/role="status">disconnected/.test(html)) throw new Error(`the server rendered no conversation: ${html}`)
  const answer = await fetch(`${url}/api/token`, { method: 'POST', body: '{"userId":"ada"}' })
  const { token } = (await answer.json()) as { token: string }
  const client = await RawClient.open(socket, token)
  await client.request({ action: 'sync' })
  await client.close()
}

async function run(command: string, args: readonly string[], shell = false): Promise<void> {
  const child = spawn(command, args, { cwd: app, stdio: 'inherit', shell, env: { ...process.env, ...quiet } })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new Error(`unable to build the example; ${command} ${args.join(' ')} ended with ${String(code)}`)
}
