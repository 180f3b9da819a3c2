import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

/** Separates the outputs of two blocks. */
const RECORD = '\u001e'

/** Returns the shell blocks of the walk, each with the JSON that the page says it prints, if any. */
async function walk(): Promise<{ command: string; answer: object | undefined }[]> {
  const text = await readFile(new URL('../../docs/server-api.md', import.meta.url), 'utf8')
  return [...text.matchAll(/^```sh\n(.*?)^```\n(?:\n```json\n(.*?)^```\n)?/gms)].map(([, command = '', json]) => ({
    command,
    answer: json === undefined ? undefined : (JSON.parse(json) as object),
  }))
}

test('the walk of docs/server-api.md prints what it says, word for word', async () => {
  const steps = await walk()
  expect(steps.length).toBeGreaterThan(7)
  const script = steps.map(({ command }) => command).join(`printf '${RECORD}'\n`)
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env.PATH, API: chat.url },
  })
  const printed = stdout.split(RECORD)
  expect(printed).toHaveLength(steps.length)
  steps.forEach(({ command, answer }, i) => {
    if (answer === undefined) expect(printed[i], command).toBe('')
    else expect(JSON.parse(printed[i]!), command).toMatchObject(answer)
  })
})
