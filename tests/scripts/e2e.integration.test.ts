import { expect, test } from 'vitest'
import { deployedChat } from '../../scripts/e2e/deployment.ts'
import { selection } from '../../scripts/e2e/selection.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import { runScript } from './run-script.ts'

/** Terraform's defaults let users do less than those of the local runtime. */
const chat = await useChat({
  log: quietLog,
  environment: { DEFAULT_ROOM_ACCESS: 'private', CHOSEN_ROOM_IDS: 'server' },
})

/** Like an operator's own tool: a program that prints a token for the given user. */
const tokenCommand = () => {
  const program = `fetch(process.argv[1],{method:'POST',body:JSON.stringify({userId:process.argv[2]})})
    .then((answer)=>answer.json()).then(({token})=>console.log(token))`
  return `"${process.execPath}" -e "${program}" ${chat.url}/dev/token {userId}`
}

const e2e = (...args: string[]) => runScript('e2e', ['--url', chat.wsUrl, ...args])

test('the selected tests pass against a stack that runs already, with tokens of a command', async () => {
  const { code, stdout } = await e2e('--token-command', tokenCommand(), 'history')
  const count = selection['tests/integration/history.integration.test.ts']!.length
  expect(stdout).toContain(`${String(count)} tests passed against ${chat.wsUrl}`)
  expect(code).toBe(0)
})

test('when the stack tells a client something twice, the run fails', async () => {
  chat.gateway.faults.onPost = ({ attempt }) => (attempt % 2 === 1 ? { status: 500, deliver: true } : {})
  const { code, stdout } = await e2e('typing')
  expect(stdout).toMatch(/× a repeat within 5 s is answered with the same expiresAt and told to nobody/)
  expect(code).toBe(1)
})

test('a local runtime gives the tokens of another stack', async () => {
  const deployment = { url: 'wss://chat.invalid/prod', tokensOf: chat.wsUrl }
  const [, claims = ''] = (await deployedChat(deployment, {}).token('ada')).split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ sub: 'ada', aud: 'tabletalk' })
})

test('a deployed stack without a way to get tokens is refused before any test', async () => {
  const { code, stdout, stderr } = await runScript('e2e', ['--url', 'wss://chat.invalid/prod'])
  expect(code).toBe(2)
  expect(stderr).toContain('a deployed stack gives no tokens')
  expect(stdout).not.toContain('tests passed')
})

test('a command line without an address is refused', async () => {
  const { code, stderr } = await runScript('e2e', [])
  expect(code).toBe(2)
  expect(stderr).toContain('usage:')
})
