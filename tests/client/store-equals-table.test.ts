import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import { givenClient } from './given-client.ts'

/** Few messages, so that several changes concern the same one. */
const message = fc.nat({ max: 3 })

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('send' as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('reply' as const), message }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('edit' as const), message }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('delete' as const), message }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('react' as const), message }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('edit here' as const), message }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('delete here' as const), message }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat({ max: 4_000 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cut' as const) }) },
)

/** What happens to a post: the number of its deliveries, and how many steps late they are. */
const fate = fc.record({ times: fc.nat({ max: 2 }), late: fc.nat({ max: 3 }) })

const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 10 }),
  maxChanges: fc.constantFrom(0, 2, 100),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

async function play({ steps, fates, maxChanges }: Scenario): Promise<void> {
  const { server, client, clock, errors } = givenClient()
  server.features = ['sessions', 'changes', 'reactions', 'threads']
  server.maxChanges = maxChanges
  for (const content of ['one', 'two', 'three']) server.keep('general', content)
  await client.connect()
  server.socket.cut()
  await clock.advance(1_000)
  const room = client.room('general')
  await room.history()

  const stored = () => server.room('general')
  const chosen = (index: number): MessageEvent | undefined => stored()[index % stored().length]
  let posts = 0
  let waiting: { at: number; events: ChatEvent[] }[] = []
  const post = (event: ChatEvent, now: number) => {
    const { times, late } = fates[posts++ % fates.length]!
    waiting.push({ at: now + late, events: Array.from({ length: times }, () => structuredClone(event)) })
  }
  // Each message has a new number, because a deleted message's number is not used again.
  let head = 3
  const keep = (content: string, more: Partial<MessageEvent> = {}) =>
    structuredClone(server.keep('general', content, { seq: ++head, ...more }))
  for (const [now, each] of steps.entries()) {
    const target = 'message' in each ? chosen(each.message) : undefined
    const id = target?.messageId ?? ''
    switch (each.does) {
      case 'send':
        post(keep(`message ${now}`), now)
        break
      case 'reply':
        if (target && target.threadId === undefined) post(keep(`reply ${now}`, { threadId: id }), now)
        break
      case 'edit':
        if (target) post(server.edit('general', id, { content: `edit ${now}` }), now)
        break
      case 'delete':
        if (target) post(server.remove('general', id), now)
        break
      case 'react':
        if (target) {
          const reactions = [{ reaction: '👍', count: 1, userIds: [`user${now}`] }]
          post(server.edit('general', id, { reactions }), now)
        }
        break
      case 'edit here':
        if (target) room.edit(id, { content: `mine ${now}` }).catch(() => {})
        break
      case 'delete here':
        if (target) room.delete(id).catch(() => {})
        break
      case 'wait':
        await clock.advance(each.ms)
        break
      case 'cut':
        server.socket.cut()
    }
    for (const { events } of waiting.filter(({ at }) => at <= now)) server.socket.events(...events)
    waiting = waiting.filter(({ at }) => at > now)
  }
  for (const { events } of waiting) server.socket.events(...events)
  // The comparison of heads finds what was lost without a later event.
  await clock.advance(700_000)

  const facts = ({ seq, content, reactions = [], version = 0 }: MessageEvent) => ({ seq, content, reactions, version })
  const shown = room.messages.filter(({ deleted }) => !deleted)
  expect(shown.map(facts)).toEqual(
    stored()
      .filter(({ threadId }) => threadId === undefined)
      .map(facts),
  )
  for (const root of shown) {
    const replies = stored().filter(({ threadId }) => threadId === root.messageId)
    expect(room.thread(root.messageId).messages.map(facts)).toEqual(replies.map(facts))
    expect(root.thread?.replies ?? 0).toBe(replies.length)
  }
  expect(errors).toEqual([])
}

test('whatever is lost, doubled, late or missed: in the end the client shows what the server has', async () => {
  await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 200 })
})
