import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { startChat } from '../support/runtime.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the example. Returns the address that it prints. */
async function givenEndpoint(): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/token-endpoint/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', ISSUER: 'https://app.tests', AUDIENCE: 'chat.tests' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return /http:\S+(?=\/token)/.exec(line.toString())![0]
}

test('whoever has a session gets a token that the chat takes as theirs; nobody else gets one', async () => {
  const url = await givenEndpoint()
  const chat = await startChat({
    environment: {
      JWKS_URL: `${url}/.well-known/jwks.json`,
      JWT_ISSUER: 'https://app.tests',
      JWT_AUDIENCE: 'chat.tests',
    },
  })
  onTestFinished(() => chat.close())
  const ask = (cookie: string, method = 'POST') => fetch(`${url}/token`, { method, headers: { cookie } })
  const { token } = (await (await ask('theme=dark; session=of-ada')).json()) as { token: string }
  const ada = await RawClient.open(chat.wsUrl, token)
  onTestFinished(() => ada.close())
  await ada.request({ action: 'sync' })
  const { users } = await ada.request({ action: 'getUsers', userIds: ['ada'] })
  expect(users).toMatchObject([{ userId: 'ada', name: 'Ada Lovelace' }])
  for (const answer of [await ask('session=of-eve'), await ask(''), await ask('session=of-ada', 'GET')]) {
    expect([401, 404]).toContain(answer.status)
    expect(await answer.json()).toEqual({ error: answer.status === 401 ? 'signed_out' : 'not_found' })
  }
})
