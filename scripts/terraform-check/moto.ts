import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface Moto {
  endpoint: string
  close(): Promise<void>
}

/** Starts moto's server on a free port of the loopback interface. Returns the reason if Python or moto is missing. */
export async function startMoto(): Promise<Moto | string> {
  if (!(await isInstalled())) return 'moto is not installed (python3 -m pip install "moto[server]")'
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    // The role of API Gateway's logs has a policy that AWS manages.
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    stdio: 'ignore',
  })
  try {
    await untilAnswering(endpoint, server)
  } catch (error) {
    server.kill()
    throw error
  }
  return {
    endpoint,
    async close() {
      const ended = once(server, 'exit')
      server.kill()
      await ended
    },
  }
}

const isInstalled = () =>
  new Promise<boolean>((resolve) => {
    execFile('python3', ['-c', 'import moto.server'], (error) => resolve(error === null))
  })

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('unable to find a free port')
  return address.port
}

async function untilAnswering(endpoint: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`unable to start moto; it ended with ${server.exitCode}`)
    try {
      await fetch(`${endpoint}/moto-api/data.json`)
      return
    } catch {
      await wait(100)
    }
  }
}
