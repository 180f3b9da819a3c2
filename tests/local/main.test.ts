import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ChatClient } from '../../client/index.ts'
import { listen } from '../../local/http.ts'
import { reachableAt } from '../../local/loopback.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Run {
  child: ChildProcess
  /** Everything that both streams have printed so far. */
  output: { stdout: string; stderr: string }
  /** Resolves when stdout matches. Rejects if the program ends first. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const START: [string, ...string[]] = [process.execPath, '--import', 'tsx', 'local/main.ts']

const running = new Set<ChildProcess>()

/** Runs `npm start` in a process group of its own, as a terminal does. */
function run(environment: Record<string, string>, command: [string, ...string[]] = START): Run {
  const { NODE_OPTIONS: _, PORT: __, HOST: ___, DATA_DIR: ____, ...inherited } = process.env
  const [program, ...parameters] = command
  const child = spawn(program, parameters, {
    env: { ...inherited, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output.stdout)
        if (match) resolve(match)
      }
      look()
      child.stdout?.on('data', look)
      ended.then(
        () => reject(new Error(`the program ended; ${output.stderr}`)),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      )
    })
  return { child, output, says, ended }
}

/** Signals the whole group, as the terminal does for Ctrl-C. */
const signalGroup = ({ child }: Run, signal: NodeJS.Signals) => process.kill(-(child.pid as number), signal)

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const jvmOf = (output: string) => Number(/pid: (\d+)/.exec(output)?.[1])

/** Waits until every part works. At first one may not, because a busy machine needs seconds to load the functions. */
const isUp = (url: string) =>
  expect.poll(async () => (await fetch(`${url}healthz`)).status, { timeout: 120_000 }).toBe(200)

async function connectedTo(url: string): Promise<WebSocket> {
  const answer = await fetch(`${url}dev/token`, { method: 'POST', body: '{"userId":"ada"}' })
  const { token } = (await answer.json()) as { token: string }
  const socket = new WebSocket(`${url.replace('http', 'ws')}local`, ['tabletalk.v1', `bearer.${token}`])
  await once(socket, 'open')
  return socket
}

async function personAt(url: string, userId: string): Promise<ChatClient> {
  const client = new ChatClient({
    url: `${url.replace('http', 'ws')}local`,
    getToken: async () => {
      const response = await fetch(`${url}dev/token`, { method: 'POST', body: JSON.stringify({ userId }) })
      return ((await response.json()) as { token: string }).token
    },
    createSocket: (address, protocols) => new WebSocket(address, protocols),
  })
  await client.connect()
  return client
}

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

describe('npm start', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('says how to use it, and %s stops all of it', async (signal) => {
    const program = run({ VERBOSE: '1' })
    const [, url = ''] = await program.says(/Page\s+(http:\S+\/)\n/)
    const [, wsUrl] = await program.says(/WebSocket\s+(\S+)\n/)
    expect(wsUrl).toBe(`${url.replace('http', 'ws')}local`)
    await program.says(/Note: DynamoDB Local listens on all network interfaces/)
    expect(program.output.stdout).not.toMatch(/Warning:|Elsewhere/)

    await isUp(url)
    const [, command = ''] = await program.says(/Token\s+(curl .+)\n/)
    const curl = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [answer] = (await once(curl.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(JSON.parse(answer)).toHaveProperty('token')

    const jvm = jvmOf(program.output.stderr)
    expect(isAlive(jvm)).toBe(true)
    signalGroup(program, signal)
    await program.says(/Stopping/)
    // npm passes on a copy of the signal that the terminal has sent to everyone.
    signalGroup(program, signal)
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(isAlive(jvm)).toBe(false)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    const prefix = `functions-${String(program.child.pid)}-`
    expect((await readdir('.tabletalk')).filter((name) => name.startsWith(prefix))).toEqual([])
  })

  test('warns whoever opens it to the network, and says where others find it', async () => {
    const program = run({ HOST: '0.0.0.0' })
    const [, outside = ''] = await program.says(/Elsewhere\s+(http:\S+)\n/)
    await program.says(/Warning: everybody who reaches this machine can sign in as anybody,.*Leave\nHOST unset/)
    expect(new URL(outside).hostname).toBe(reachableAt('0.0.0.0'))
    const answer = await fetch(`${outside}dev/token`, { method: 'POST', body: '{"userId":"ada"}' })
    expect(answer.status).toBe(200)
    program.child.kill('SIGINT')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  })

  test('stops when the shell that npm started it with is gone', async () => {
    const shell = run({ VERBOSE: '1', npm_lifecycle_event: 'start' }, ['sh', '-c', '"$@"; exit', 'sh', ...START])
    await shell.says(/Ctrl-C\n/)
    shell.child.kill('SIGKILL')
    // The streams close only when the program itself has ended, too.
    await shell.ended
    expect(shell.output.stdout).toContain('Stopping.')
    expect(isAlive(jvmOf(shell.output.stderr))).toBe(false)
  })

  test('ends itself when DynamoDB Local has ended and its data with it', async () => {
    const program = run({ VERBOSE: '1' })
    const [, url = ''] = await program.says(/Page\s+(http:\S+\/)\n/)
    await isUp(url)
    const socket = await connectedTo(url)
    process.kill(jvmOf(program.output.stderr), 'SIGKILL')
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1012)
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program.output.stdout).not.toContain('Stopping')
    expect(program.output.stderr.trim().split('\n').at(-1)).toBe(
      'unable to go on; DynamoDB Local ended by itself (SIGKILL): start again – ' +
        'what it held in memory is gone, DATA_DIR=… keeps it',
    )
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  test('goes on when DynamoDB Local was killed and its data are kept: nothing is missing, twice or out of order', async () => {
    const program = run({
      ...{ VERBOSE: '1', DATA_DIR: temporaryFolder() },
      // A right setting is used.
      ...{ RETENTION_DAYS: '30' },
      // Settings for AWS, proxies and Java in a developer's shell must have no effect.
      ...{ AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true', AWS_PROFILE: 'nobody' },
      ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' },
      ...{ JAVA_TOOL_OPTIONS: '-Xmx1k', HTTP_PROXY: 'http://127.0.0.1:9', NODE_USE_ENV_PROXY: '1' },
    })
    const [, url = ''] = await program.says(/Page\s+(http:\S+\/)\n/)
    await isUp(url)
    const [ada, bob] = await Promise.all(['ada', 'bob'].map((userId) => personAt(url, userId)))
    const room = await ada!.createRoom({ roomName: 'Kitchen', members: ['bob'] })
    const received: string[] = []
    const theirs = bob!.room(room.id)
    theirs.on('message', ({ content }) => received.push(content))
    await theirs.join()
    const say = (from: number) => Promise.all([0, 1, 2, 3, 4].map((i) => room.send({ content: String(from + i) }).done))
    await say(0)
    // DynamoDB Local acknowledges a transaction a moment before it is in its file (docs/decisions.md).
    await vi.waitUntil(() => received.length >= 5, { timeout: 120_000 })
    const saying = say(5)
    const jvm = jvmOf(program.output.stderr)
    process.kill(jvm, 'SIGKILL')
    await saying
    await say(10)
    await vi.waitUntil(() => received.length >= 15, { timeout: 120_000 })
    expect(received).toEqual(Array.from({ length: 15 }, (_, i) => String(i)))
    await isUp(url)
    expect(isAlive(jvm)).toBe(false)
    expect(program.output.stderr).toContain("DynamoDB Local ended by itself; starting it again { how: 'SIGKILL' }")
    for (const person of [ada, bob]) person!.disconnect()
    program.child.kill('SIGINT')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  })

  describe('ends with one sentence and exit code 1', () => {
    const folder = temporaryFolder()
    beforeAll(() => writeFile(join(folder, 'file'), ''))

    const failsWith = async (environment: Record<string, string>) => {
      const program = run(environment)
      expect(await program.ended).toEqual({ code: 1, signal: null })
      expect(program.output.stdout).toBe('')
      const { stderr } = program.output
      expect(stderr.trim().split('\n')).toHaveLength(1)
      return stderr.trim()
    }

    test('when the port is taken', async () => {
      const other = createServer()
      const port = String(await listen(other, 0, '127.0.0.1'))
      expect(await failsWith({ PORT: port })).toBe(
        `unable to listen on 127.0.0.1:${port}; the port is taken – choose another: PORT=8081 npm start`,
      )
      other.close()
      await once(other, 'close')
    })

    test('when PORT is no port', async () => {
      expect(await failsWith({ PORT: 'http' })).toMatch(/^unable to listen on PORT=http; .*PORT=8081 npm start$/)
    })

    test('when there is no Java', async () => {
      expect(await failsWith({ PATH: folder, JAVA_HOME: '' })).toMatch(/^unable to .*java/i)
    })

    test.each([
      ['RATE_LIMITS', 'send=many', /^unable to start; RATE_LIMITS must be .*, not "send=many"$/],
      ['DEFAULT_ROOM_ACCESS', 'secret', /^unable to start; DEFAULT_ROOM_ACCESS must be .*, not "secret"$/],
      // Of a function that is called by the clock only.
      ['JANITOR_WRITES_PER_SECOND', '0', /^unable to start; JANITOR_WRITES_PER_SECOND must be .*, not "0"$/],
    ])('when a function refuses the setting %s', async (name, value, sentence) => {
      expect(await failsWith({ [name]: value })).toMatch(sentence)
    })

    test('when DATA_DIR is no folder', async () => {
      expect(await failsWith({ DATA_DIR: join(folder, 'file') })).toMatch(/^unable to .*DATA_DIR/)
      expect((await stat(join(folder, 'file'))).isFile()).toBe(true)
    })
  })
})
