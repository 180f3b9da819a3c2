import { parseArgs } from 'node:util'
import { type Command, commands } from './commands.ts'
import { ask, type ServerApi, serverApi } from './server-api.ts'
import { shown } from './show.ts'
import { listJobs, stats } from './table-commands.ts'
import { waitForJob } from './wait-for-job.ts'

/** What a command needs of a terminal. */
export interface Terminal {
  print: (line: string) => void
  /** Asks, and returns what was typed. Undefined if nobody can be asked. */
  question: ((text: string) => Promise<string>) | undefined
}

/** Commands that are scripts of their own and read the words that follow. */
const scripts: Readonly<Record<string, () => Promise<(words: string[]) => Promise<number>>>> = {
  export: async () => (await import('../export/command.ts')).exportCommand,
  import: async () => (await import('../import/command.ts')).importCommand,
  migrate: async () => (await import('../migrate/command.ts')).migrateCommand,
  replay: async () => (await import('../replay/command.ts')).replayCommand,
}

/** Commands that read the table, because no action returns what they show. */
const ofTable = { stats, 'jobs list': listJobs }

const options = {
  for: { type: 'string' },
  delete: { type: 'string' },
  reason: { type: 'string' },
  name: { type: 'string' },
  image: { type: 'string' },
  before: { type: 'string' },
  limit: { type: 'string' },
  local: { type: 'string' },
  json: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  wait: { type: 'boolean', default: false },
} as const

type Options = ReturnType<typeof parse>['values']

const parse = (words: string[]) => parseArgs({ args: words, options, allowPositionals: true })

/** Options that every command accepts. */
const common = ['local', 'json', 'dry-run', 'yes', 'wait']

/** Returns how to use the tool. */
const usage = (): string =>
  [
    'usage: npm run admin -- <command> [--local http://localhost:8080] [--json] [--dry-run] [--yes] [--wait]',
    ...Object.entries(commands).map(([words, { positionals, options: own = [] }]) =>
      ['  ', words, ...positionals, ...own.map((name) => `[--${name} …]`)].join(' ').replace('   ', '  '),
    ),
    ...[...Object.keys(ofTable), 'do ACTION [JSON]', ...Object.keys(scripts).map((name) => `${name} …`)].map(
      (line) => `  ${line}`,
    ),
  ].join('\n')

/**
 * Runs a command of the operator's tool.
 *
 * @returns the exit status
 * @throws Error if the command is unknown, was refused or could not be done
 */
export async function admin(words: string[], terminal: Terminal): Promise<number> {
  const [first = '', ...rest] = words
  const script = Object.hasOwn(scripts, first) ? scripts[first] : undefined
  if (script !== undefined) return (await script())(rest)
  const { values, positionals } = parse(words)
  const [noun = '', verb = ''] = positionals
  const named = [`${noun} ${verb}`, noun].find((name) => Object.hasOwn(commands, name) || Object.hasOwn(ofTable, name))
  if (named !== undefined && Object.hasOwn(ofTable, named)) {
    terminal.print(textOf(await ofTable[named as keyof typeof ofTable](values), values))
    return 0
  }
  if (noun === 'do') return act(anyAction(positionals), values, terminal)
  const command = named === undefined ? undefined : commands[named]
  if (command === undefined || named === undefined) throw new Error(usage())
  const given = positionals.slice(named.split(' ').length)
  check(named, command, given, values)
  const request = { action: command.action, body: command.body(given, values) }
  if (!values['dry-run'] && !(await isMeant(command.destroys?.(given), given[0]!, values, terminal))) return 1
  return act(request, values, terminal)
}

/** @throws Error that says how the command is used */
function check(named: string, { positionals, options: own = [] }: Command, given: string[], values: Options): void {
  const isMore = positionals.at(-1)?.endsWith('…') === true
  const enough = isMore ? given.length >= positionals.length : given.length === positionals.length
  const foreign = Object.keys(values).find((name) => !common.includes(name) && !own.some((one) => one === name))
  if (enough && foreign === undefined) return
  const shownOptions = own.map((name) => ` [--${name} …]`).join('')
  throw new Error(`usage: npm run admin -- ${[named, ...positionals].join(' ')}${shownOptions}`)
}

/**
 * Asks for confirmation of a command that can't be undone: the operator types what it is about, or has given `--yes`.
 */
async function isMeant(destroys: string | undefined, about: string, { yes }: Options, { question, print }: Terminal) {
  if (destroys === undefined || yes) return true
  if (question === undefined) throw new Error(`unable to go on; this ${destroys}: say --yes`)
  const typed = await question(`This ${destroys}. Type ${about} to go on: `)
  if (typed.trim() === about) return true
  print('nothing was done')
  return false
}

interface Request {
  action: string
  body: Record<string, unknown>
}

function anyAction([, action, json = '{}']: string[]): Request {
  if (action === undefined) throw new Error('usage: npm run admin -- do ACTION [JSON]')
  try {
    return { action, body: JSON.parse(json) as Record<string, unknown> }
  } catch {
    throw new Error(`unable to ${action}; its body is not JSON`)
  }
}

async function act({ action, body }: Request, values: Options, { print }: Terminal): Promise<number> {
  if (values['dry-run']) {
    print(`POST /v1/${action} ${JSON.stringify(body)}`)
    return 0
  }
  const api: ServerApi = await serverApi(values.local)
  const data = await ask(api, action, body)
  const isJob = values.wait && typeof data.jobId === 'string'
  const ended = isJob ? await waitForJob(api, data.jobId as string) : data
  print(textOf(ended, values))
  return ended.state === 'failed' ? 1 : 0
}

const textOf = (data: Record<string, unknown>, { json }: Options): string => (json ? JSON.stringify(data) : shown(data))
