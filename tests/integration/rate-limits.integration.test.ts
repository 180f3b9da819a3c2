import { expect, test } from 'vitest'
import type { ServerFrame } from '../../src/protocol/frames.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, unique } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ environment: { RATE_LIMITS: 'join=2/60,direct=2/60,page=2/60' } })

test('each class of actions has its limit, and what has none is not counted', async () => {
  const { room } = await givenRoom(chat, 'ada')
  const eveId = unique('eve')
  const eve = await online(chat, eveId)
  const answers: ServerFrame[] = []
  for (let uses = 0; uses < 5; uses++) {
    answers.push(await eve.ask({ action: uses % 2 === 0 ? 'joinRoom' : 'leaveRoom', chatRoomId: room }))
    await eve.request({ action: 'listRooms' })
  }
  const [refused] = answers.flatMap((answer) => (answer.type === 'error' ? [answer.error] : []))
  expect(refused).toMatchObject({
    code: 'rate_limited',
    message: 'unable to join or leave another room; the limit is 2 in 60 s',
    retryable: true,
  })
  expect(refused!.retryAfterMs).toBeGreaterThan(0)
  const counted = (await itemsOf(chat, 'RateWindow')).filter(({ UserId }) => UserId === eveId)
  expect(new Set(counted.map(({ RateClass }) => RateClass))).toEqual(new Set(['join']))
})

test('a page of history counts, a few messages do not', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  const few = [
    { action: 'getHistory', chatRoomId: room, limit: 5 },
    { action: 'getMessages', chatRoomId: room, messageIds: ['1'.padStart(16, '0')] },
  ] as const
  for (let uses = 0; uses < 5; uses++) for (const frame of few) await ada.request(frame)
  const refusedOf = async (frame: Record<string, unknown>) => {
    // Two windows at most, in case a minute ends in the meantime.
    const answers = []
    for (let uses = 0; uses < 5; uses++) answers.push(await ada.ask(frame))
    return answers.flatMap((answer) => (answer.type === 'error' ? [answer.error.code] : []))
  }
  for (const more of [{ limit: 6 }, { limit: 5, after: 0 }, {}]) {
    expect(await refusedOf({ action: 'getHistory', chatRoomId: room, ...more })).toContain('rate_limited')
  }
})

test('a new direct room counts, a message in one that is there does not', async () => {
  const adaId = unique('ada')
  const ada = await online(chat, adaId)
  const first = unique('bob')
  const write = (recipientId: string) => ada.ask({ action: 'sendMessage', recipientId, content: 'hello' })
  // Two windows of two at most, in case a minute ends in the meantime. A message in an old room follows each new room.
  const others = Array.from({ length: 4 }, () => unique('bob'))
  const answers = [await write(first)]
  for (const recipientId of others) answers.push(await write(recipientId), await write(first))
  const refused = answers.flatMap((answer) => (answer.type === 'error' ? [answer.error] : []))
  expect(refused[0]).toMatchObject({
    code: 'rate_limited',
    message: 'unable to write to another user for the first time; the limit is 2 in 60 s',
  })
  expect(refused.length).toBeLessThanOrEqual(3)
  const made = (await itemsOf(chat, 'Membership')).filter(({ UserId }) => others.includes(UserId as string))
  expect(made).toHaveLength(others.length - refused.length)
})
