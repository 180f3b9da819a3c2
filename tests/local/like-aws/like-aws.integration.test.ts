import { expect, test } from 'vitest'
import { ChatError } from '../../../client/index.ts'
import { likeAws } from '../../../local/like-aws/like-aws.ts'
import { listen, status } from '../../client/listen.ts'
import { clientOf } from '../../client/online.ts'
import { quietLog } from '../../support/quiet-log.ts'
import { unique } from '../../support/runtime.ts'
import { png } from '../../support/upload-form.ts'
import { useChat } from '../../support/use-chat.ts'

// As `npm start -- --like-aws`, but frames are throttled ten times as often.
const chat = await useChat({ log: quietLog, likeAws: { ...likeAws(), refused: 0.05 } })

/** Repeats a call as long as the SDK's error is retryable. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ChatError && error.retryable)) throw error
    }
  }
}

test(
  'three talk, send a file and lose their connections: all hear all, once and in order',
  { timeout: 120_000 },
  async () => {
    const clients = ['ada', 'bob', 'cleo'].map((name) => clientOf(chat, unique(name), { requestTimeoutMs: 3_000 }))
    await Promise.all(clients.map((client) => client.connect()))
    const [ada, bob, cleo] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]]
    const room = await patiently(() => ada.createRoom({ roomName: 'Theirs', access: 'link' }))
    const rooms = [room, bob.room(room.id), cleo.room(room.id)] as const
    await Promise.all(rooms.slice(1).map((each) => patiently(() => each.join())))
    const heard = rooms.map((each) => listen(each, 'message'))

    const sent = rooms.flatMap((each, who) =>
      Array.from({ length: 8 }, (_, i) => each.send({ content: `${who}-${i}` })),
    )
    const back = status(bob, 'connected')
    for (const connectionId of chat.gateway.connectionIds()) chat.gateway.terminate(connectionId)
    const file = new Blob([png], { type: 'image/png' })
    const upload = patiently(() => rooms[2].upload(file, { caption: 'the file' }))
    await Promise.all([back, upload, ...sent.map(({ done }) => done)])
    const { messageId } = await rooms[1].send({ content: 'to be edited' }).done
    await patiently(() => rooms[1].edit(messageId, { content: 'edited' }))
    await rooms[0].send({ content: 'the end' }).done
    await Promise.all(heard.map(({ until }) => until(({ content }) => content === 'the end')))

    // A message that could not be written was sent again with another number. Everybody skips the first number.
    const [seqs = [], ...otherSeqs] = heard.map(({ heard: messages }) => messages.map(({ seq }) => seq))
    expect([seqs.length, new Set(seqs).size]).toEqual([27, 27])
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
    for (const theirs of otherSeqs) expect(theirs).toEqual(seqs)
    for (const { heard: messages } of heard) expect(new Set(messages.map(({ content }) => content)).size).toBe(27)
    const [hers, ...others] = rooms.map((each) => () => each.messages.map(({ content }) => content)) as [
      () => string[],
      ...(() => string[])[],
    ]
    for (const theirs of [hers, ...others]) await expect.poll(theirs).toContain('edited')
    for (const theirs of others) expect(theirs()).toEqual(hers())
  },
)
