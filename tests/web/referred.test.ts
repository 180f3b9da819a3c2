import { expect, test } from 'vitest'
import { Emitter } from '../../client/emitter.ts'
import type { MessageEvent } from '../../client/index.ts'
import type { RoomEvents } from '../../client/room-events.ts'
import { Referred } from '../../web/src/state/referred.ts'

const message = (messageId: string, content: string) => ({ messageId, content }) as MessageEvent
const deletion = (messageId: string) => ({ messageId }) as RoomEvents['messageDeleted']

/** A room with these messages, whose replies a test gives. */
function givenReferred(...stored: MessageEvent[]) {
  const emitter = new Emitter<RoomEvents>(() => {})
  const asked: {
    ids: readonly string[]
    reply: (found?: MessageEvent[]) => Promise<void>
    fail: () => Promise<void>
  }[] = []
  const referred = new Referred(
    (name, listener) => emitter.on(name, listener),
    (ids) => {
      let resolve!: (found: MessageEvent[]) => void
      let reject!: (error: Error) => void
      const promise = new Promise<MessageEvent[]>((...settle) => ([resolve, reject] = settle))
      const done = () => promise.then(turns, turns)
      asked.push({
        ids,
        reply: (found = stored.filter(({ messageId }) => ids.includes(messageId))) => (resolve(found), done()),
        fail: () => (reject(new Error('rate_limited')), done()),
      })
      return promise
    },
  )
  const said = (id: string) => {
    const found = referred.known.get().get(id)
    return found === 'gone' ? 'gone' : found?.content
  }
  return { emitter, referred, asked, said }
}

const turns = () => new Promise<void>((resolve) => setImmediate(resolve))

test('messages that are wanted in one moment are requested together, each once, at most 50 at a time', async () => {
  const { referred, asked, said } = givenReferred(message('1', 'one'), message('2', 'two'))
  referred.want(['1'])
  referred.want(['2', '1'])
  await turns()
  expect(asked.map(({ ids }) => ids)).toEqual([['1', '2']])
  referred.want(['1'])
  await asked[0]!.reply()
  referred.want(['1', '2'])
  await turns()
  expect([said('1'), said('2'), asked.length]).toEqual(['one', 'two', 1])
  referred.want(Array.from({ length: 60 }, (_, i) => String(100 + i)))
  await turns()
  expect(asked.slice(1).map(({ ids }) => ids.length)).toEqual([50, 10])
})

test('an edit and a deletion are taken over, also while the message is being requested', async () => {
  const { emitter, referred, asked, said } = givenReferred(message('1', 'one'), message('2', 'two'))
  referred.want(['1', '2', '3'])
  await turns()
  emitter.emit('messageUpdated', message('1', 'ONE'))
  emitter.emit('messageUpdated', message('9', 'not referred to'))
  await asked[0]!.reply()
  expect([said('1'), said('2'), said('3'), said('9')]).toEqual(['ONE', 'two', 'gone', undefined])
  emitter.emit('messageUpdated', message('2', 'TWO'))
  emitter.emit('messageDeleted', deletion('1'))
  expect([said('1'), said('2')]).toEqual(['gone', 'TWO'])
})

test('a request that fails says nothing about the message, and is made again', async () => {
  const { referred, asked, said } = givenReferred(message('1', 'one'))
  referred.want(['1'])
  await turns()
  await asked[0]!.fail()
  expect(said('1')).toBeUndefined()
  referred.want(['1'])
  await turns()
  await asked[1]!.reply()
  expect(said('1')).toBe('one')
})

test('after an absence whose changes are unknown, all are requested again, and shown until then', async () => {
  const { emitter, referred, asked, said } = givenReferred(message('1', 'one'))
  referred.want(['1'])
  await turns()
  await asked[0]!.reply()
  emitter.emit('stale', undefined)
  await turns()
  expect(said('1')).toBe('one')
  await asked[1]!.reply([])
  expect(said('1')).toBe('gone')
})
