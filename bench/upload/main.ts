/**
 * `npm run bench:upload`: measures how long after an upload the last member of a room receives the file's message.
 * Everything runs on this machine, including bucket, table and members, so compare the figures only with each other.
 */
import { randomBytes } from 'node:crypto'
import { startRuntime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { sendForm } from '../../scripts/shared/send-form.ts'
import { median } from '../shared/statistics.ts'

const MEMBERS = 100
const ROUNDS = 11
const SIZES = [1_024, 1024 * 1024, 25 * 1024 * 1024]

const chat = await startRuntime()
try {
  const userIds = Array.from({ length: MEMBERS }, (_, i) => `user-${String(i)}`)
  const members = await Promise.all(userIds.map(online))
  const [uploader] = members
  await uploader!.request({ action: 'createRoom', chatRoomId: 'bench', roomName: 'Bench', members: userIds })
  await Promise.all(members.slice(1).map((member) => member.event('roomAdded')))
  for (const size of SIZES) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await delayOf(members, size))
    const all = rounds.map((ms) => ms.toFixed(0)).join(' ')
    console.log(`${String(size)} bytes, ${String(MEMBERS)} members: median ${median(rounds).toFixed(0)} ms of ${all}`)
  }
  await Promise.all(members.map((member) => member.close()))
} finally {
  await chat.close()
}

async function online(userId: string): Promise<RawClient> {
  const client = await RawClient.open(chat.wsUrl, await chat.token(userId))
  await client.request({ action: 'sync' })
  return client
}

/** Returns the milliseconds from the bucket's response to the event at the last member. */
async function delayOf(members: readonly RawClient[], size: number): Promise<number> {
  const form = await members[0]!.request<'handleFileUpload'>({
    action: 'handleFileUpload',
    chatRoomId: 'bench',
    fileName: 'noise.txt',
    contentType: 'text/plain',
    size,
  })
  const received = members.map((member) => member.event('message', ({ file }) => file?.uploadId === form.uploadId))
  const { status } = await sendForm(form, randomBytes(size >> 1).toString('hex'))
  if (status !== 204) throw new Error(`the form was refused with ${String(status)}`)
  const stored = performance.now()
  await Promise.all(received)
  return performance.now() - stored
}
