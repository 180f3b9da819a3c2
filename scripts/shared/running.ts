import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const DEADLINE_MS = 120_000

/** A server in a process of its own. */
export interface Running {
  url: string
  stop: () => Promise<void>
}

/**
 * Starts a Node program that serves HTTP, and waits until it responds with 200.
 *
 * @param args returns the arguments of `node`, for the port to listen on
 * @param path a path that responds with 200 when the program works
 * @throws Error if the program ends first, or doesn't respond within two minutes
 */
export async function running(
  args: (port: string) => readonly string[],
  path: string,
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Running> {
  const port = await freePort()
  // Started without npm, because on Windows a signal to npm ends npm alone.
  const child = spawn(process.execPath, args(port), {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, PORT: port, ...env },
    stdio: 'inherit',
  })
  const url = `http://localhost:${port}`
  const stop = () => ended(child)
  try {
    await answers(child, url + path)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

/** Starts the chat of `npm start`. */
export const runningChat = (): Promise<Running> => running(() => ['--import', 'tsx', 'local/main.ts'], '/healthz')

async function ended(child: ChildProcess): Promise<void> {
  child.kill()
  if (!hasEnded(child)) await once(child, 'exit')
}

/** A program that a signal ended has no exit code. */
const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function answers(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => undefined,
    )
    if (status === 200) return
    if (hasEnded(child)) throw new Error(`unable to start; the server of ${url} has ended`)
    if (Date.now() > deadline) throw new Error(`unable to start; ${url} isn't there after ${String(DEADLINE_MS)} ms`)
    await delay(200)
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return String(port)
}
