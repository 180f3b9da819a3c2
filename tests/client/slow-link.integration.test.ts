import { expect, test } from 'vitest'
import { slowLink } from '../support/slow-link.ts'
import { useChat } from '../support/use-chat.ts'
import { unique } from '../support/runtime.ts'
import { hear, status } from './listen.ts'
import { clientOf } from './online.ts'

const chat = await useChat()

/**
 * Bob, who was away on a bad link while ada sent `count` messages. Every timeout is a twentieth of the default, so that
 * the test needs only a twentieth of the time and of the messages.
 */
async function givenAbsence(count: number, chars: number) {
  const link = await slowLink(Number(new URL(chat.wsUrl).port))
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = clientOf(chat, adaId)
  await ada.connect()
  const room = await ada.createRoom({ roomName: 'Long', members: [bobId] })
  const url = chat.wsUrl.replace(/:\d+/, `:${link.port}`)
  const bob = clientOf(chat, bobId, { url, requestTimeoutMs: 500, backoff: { minMs: 1, maxMs: 20 } })
  await bob.connect()
  const his = hear(bob.room(room.id))
  await room.send({ content: 'before' }).done
  await his.until('before')
  const away = status(bob, 'disconnected')
  link.refuses = true
  link.cut()
  await away
  const contents = Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(chars)}`)
  await Promise.all(contents.map((content) => room.send({ content }).done))
  const back = () => {
    link.connections = 0
    link.refuses = false
  }
  return { link, bob, his, room, contents, back }
}

test('at 6,000 bytes a second a client comes back to what it missed, and goes on to send', async () => {
  const { link, bob, his, room, contents, back } = await givenAbsence(8, 600)
  link.network.bytesPerSecond = 6_000
  back()
  await his.until(contents.at(-1)!)
  expect(his.contents()).toEqual(['before', ...contents])
  expect(bob.status).toBe('connected')
  expect(link.connections).toBeLessThan(5)
  await bob.room(room.id).send({ content: 'here I am' }).done
})

test('at 6,000 bytes a second a page of history is shorter, and the next ones bring the rest', async () => {
  const { link, bob, room, contents, back } = await givenAbsence(8, 600)
  back()
  await bob.ready()
  link.network.bytesPerSecond = 6_000
  const read: string[] = []
  let before: number | undefined
  for (let hasMore = true; hasMore;) {
    const page = await bob.room(room.id).history({ limit: 50, ...(before !== undefined && { before }) })
    read.unshift(...page.messages.map(({ content }) => content))
    before = page.messages[0]?.seq
    hasMore = page.hasMore
  }
  expect(read).toEqual(['before', ...contents])
})

test('with 300 ms of latency and 5 % loss a client comes back, and reads', async () => {
  const { link, bob, his, contents, room, back } = await givenAbsence(8, 600)
  Object.assign(link.network, { latencyMs: 300, loss: 0.05, stallMs: 900, bytesPerSecond: 100_000 })
  back()
  await his.until(contents.at(-1)!)
  expect(his.contents()).toEqual(['before', ...contents])
  const { messages } = await bob.room(room.id).history({ limit: 5 })
  expect(messages.length).toBeGreaterThan(0)
  expect(link.connections).toBeLessThan(6)
})
