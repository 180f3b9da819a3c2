/**
 * `npm run convert -- slack <folder> | mattermost <export.jsonl> [--users ids.json] > archive.jsonl`: converts an
 * unpacked Slack export or a Mattermost bulk export into an archive (docs/archive.md). `ids.json` maps their users to
 * yours: `{"U024BE7LH":"ada"}`, or `{"ada.lovelace":"ada"}`.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runCommand } from '../shared/run-command.ts'
import { mattermostLines } from './mattermost.ts'
import { slackLines } from './slack.ts'

const USAGE = 'usage: npm run convert -- slack <folder> | mattermost <export.jsonl> [--users ids.json]'

const formats = { slack: slackLines, mattermost: mattermostLines }

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({ args, options: { users: { type: 'string' } }, allowPositionals: true })
  const [format = '', path] = positionals
  if (!Object.hasOwn(formats, format) || path === undefined || positionals.length > 2) throw new Error(USAGE)
  const users = values.users === undefined ? '{}' : await readFile(values.users, 'utf8')
  for await (const line of formats[format as keyof typeof formats](path, JSON.parse(users) as Record<string, string>)) {
    if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
  }
  return 0
})
